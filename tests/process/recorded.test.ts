import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseDeck } from '../../runners/deck/parse.ts'
import { saveRecording } from '../../runners/service/store/recordings.ts'
import { BIN, kamishibai, ROOT } from '../_cli.ts'
import { logOf, recordingOf } from '../_recordings.ts'

let dir: string
let deck: string
beforeAll(async () => {
  // Inside the repository, so that Slidev's packages resolve.
  await mkdir(join(ROOT, '.kamishibai'), { recursive: true })
  dir = await mkdtemp(join(ROOT, '.kamishibai/recorded-'))
  deck = join(dir, 'deck.md')
  await writeDeck('none', 'old', 'fresh')
  const { steps } = await parseDeck(deck)
  const log = logOf([[0, { type: 'phase', phase: 'running' }], [1, { type: 'exit', code: 0 }], [1, { type: 'phase', phase: 'exited' }]])
  await saveRecording(await parseDeck(deck), recordingOf(log, { step: 'old', hash: '0000000000000000' }))
  await saveRecording(await parseDeck(deck), recordingOf(log, { step: 'fresh', hash: steps[2]!.hash }))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function writeDeck(...ids: string[]): Promise<void> {
  await writeFile(deck, `---\ntheme: none\naddons: ['@/../..']\nfonts: {provider: none}\n---\n\n# A\n\n${ids.map(id => `\`\`\`sh {run id=${id}}\ntrue\n\`\`\`\n`).join('\n')}`)
}

const again = (id: string): string => `kamishibai record ${relative(ROOT, deck)} --only ${id}\n`
const STALE = 'With an old result, for they were changed since it was recorded: old. Record them anew: '

it('a site tells which steps have no result, and which have an old one, and ends with 1 once it is written', { timeout: 90_000 }, async () => {
  const { code, out, err } = await kamishibai('build', deck, '--output', join(dir, 'site'))
  expect(out).toContain('The site is in')
  expect(err).toBe(`Without a result, for they have no recording: none. Record them: ${again('none')}${STALE}${again('old')}`)
  expect(code).toBe(1)
})

it('a page for the disk tells the same, an old result is no failure, and nothing else is said where nobody reads the rest', { timeout: 90_000 }, async () => {
  await writeDeck('old', 'fresh')
  const child = spawn(process.execPath, [BIN, 'export', deck, '--format', 'html', '--output', join(dir, 'deck.html')], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>])
  expect(err).toBe(`${STALE}${again('old')}`)
  expect(code).toBe(0)
})
