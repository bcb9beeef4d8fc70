import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parseDeck } from '../../runners/deck/parse.ts'
import { kamishibai } from '../_cli.ts'

const DECK = 'tests/fixtures/decks/remote.md'
const NOTE = 'a note for the speaker'

/** All that a browser could read of what a command wrote. */
async function written(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = entries.filter(entry => /\.(?:html|js|json)$/.test(entry.name)).map(entry => readFile(join(entry.parentPath, entry.name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

it.each([
  ['build', (dir: string) => ['build', DECK, '--output', join(dir, 'out'), '--without-notes']],
  ['export --format html', (dir: string) => ['export', DECK, '--format', 'html', '--output', join(dir, 'out', 'deck.html'), '--without-notes']],
])('%s leaves the notes out where it is asked to', { timeout: 120_000 }, async (_, args) => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-notes-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const { slides } = await parseDeck(DECK)
  const { err } = await kamishibai(...args(dir))
  expect(err).not.toContain('There is no option')
  const text = await written(join(dir, 'out'))
  expect(text).toContain(slides[0]!.title)
  expect(text).not.toContain(NOTE)
})

it('tells that only one file of all exports has notes to leave out', async () => {
  expect(await kamishibai('export', DECK, '--format', 'pdf', '--without-notes')).toMatchObject({ code: 2, err: '--without-notes is for --format html.\n' })
})
