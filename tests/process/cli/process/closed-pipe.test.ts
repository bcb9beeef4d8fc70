import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BIN, ROOT } from '../../../_cli.ts'

let dir: string
let deck: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-pipe-'))
  deck = join(dir, 'deck.md')
  await writeFile(deck, ['a', 'b'].map(id => `# A\n\n\`\`\`sh {run id=${id}}\ntrue\n\`\`\`\n`).join('\n---\n\n'))
})
afterAll(() => rm(dir, { recursive: true }))

/** Runs `kamishibai ARGS` with nobody who reads its standard output. */
async function unread(...args: string[]): Promise<{ code: number, err: string }> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, KUBECONFIG: '', XDG_STATE_HOME: join(dir, 'state') } })
  child.stdout.destroy()
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>])
  return { code, err }
}

it.each([['check', 1], ['plan', 0]])('%s comes to its end without a word where nobody reads what it says', async (command, code) => {
  expect(await unread(command, deck)).toEqual({ code, err: '' })
})

it('ends a run as a closed terminal does, which leaves nothing', async () => {
  expect(await unread('check', deck, '--mode', 'live', '--trust')).toEqual({ code: 129, err: 'Ended before it was done: 1 of 2 steps checked. Removing what was started …\nNothing is left behind.\n' })
})
