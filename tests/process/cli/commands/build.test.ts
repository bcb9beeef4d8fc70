import type { Result } from '../../../_cli.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { saveRecording } from '../../../../runners/service/store/recordings.ts'
import { BIN, kamishibai, kamishibaiIn, ROOT } from '../../../_cli.ts'
import { deckFolder } from '../../../_deck-folder.ts'
import { logOf, recordingOf } from '../../../_recordings.ts'

const TITLE = 'What is built'
const NOTE = 'a note for the speaker'

let dir: string
let deck: string
/** For temporary files of the commands. */
let tmp: string
beforeAll(async () => {
  dir = await deckFolder('built')
  tmp = await mkdtemp(join(tmpdir(), 'kamishibai-built-'))
  deck = join(dir, 'deck.md')
  await writeDeck('none', 'old', 'fresh')
  const { steps } = await parseDeck(deck)
  const log = logOf([[0, { type: 'phase', phase: 'running' }], [1, { type: 'exit', code: 0 }], [1, { type: 'phase', phase: 'exited' }]])
  await saveRecording(await parseDeck(deck), recordingOf(log, { step: 'old', hash: '0000000000000000' }))
  await saveRecording(await parseDeck(deck), recordingOf(log, { step: 'fresh', hash: steps[2]!.hash }))
})
afterAll(() => Promise.all([dir, tmp].map(folder => rm(folder, { recursive: true, force: true }))))

async function writeDeck(...ids: string[]): Promise<void> {
  const fences = ids.map(id => `\`\`\`sh {run id=${id}}\ntrue\n\`\`\`\n`)
  await writeFile(deck, `---\ntheme: none\naddons: ['@/../..']\nfonts: {provider: none}\n---\n\n# ${TITLE}\n\n${fences.join('\n')}\n<!-- ${NOTE} -->\n`)
}

/** All that a browser could read of what a command wrote. */
async function written(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = entries.filter(entry => /\.(?:html|js|json)$/.test(entry.name)).map(entry => readFile(join(entry.parentPath, entry.name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

const again = (id: string): string => `kamishibai record ${relative(ROOT, deck)} --only ${id}\n`
const STALE = 'With an old result, for they were changed since it was recorded: old. Record them anew: '

describe('a site', () => {
  let site: Result
  beforeAll(async () => {
    site = await kamishibaiIn({ env: { TMPDIR: tmp } }, 'build', deck, '--output', join(dir, 'site'), '--without-notes')
  }, 180_000)

  it('tells which steps have no result, and which have an old one, and ends with 1 once it is written', () => {
    expect(site.out).toContain('The site is in')
    expect(site.err).toBe(`Without a result, for they have no recording: none. Record them: ${again('none')}${STALE}${again('old')}`)
    expect(site.code).toBe(1)
  })

  it('tells nothing of commands that are not ours, and leaves no temporary files', async () => {
    expect(site.out + site.err).not.toContain('emptyOutDir')
    expect(await readdir(tmp)).toEqual([])
  })

  it('leaves the notes out where it is asked to', async () => {
    const all = await written(join(dir, 'site'))
    expect(all).toContain(TITLE)
    expect(all).not.toContain(NOTE)
  })
})

it('a page for the disk tells the same, an old result is no failure, nothing else is said where nobody reads the rest, and notes are left out', { timeout: 180_000 }, async () => {
  await writeDeck('old', 'fresh')
  const child = spawn(process.execPath, [BIN, 'export', deck, '--format', 'html', '--output', join(dir, 'page', 'deck.html'), '--without-notes'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>])
  expect(err).toBe(`${STALE}${again('old')}`)
  expect(code).toBe(0)
  const all = await written(join(dir, 'page'))
  expect(all).toContain(TITLE)
  expect(all).not.toContain(NOTE)
})

it('only one file of all exports has notes to leave out', async () => {
  expect(await kamishibai('export', deck, '--format', 'pdf', '--without-notes')).toMatchObject({ code: 2, err: '--without-notes is for --format html or md.\n' })
})
