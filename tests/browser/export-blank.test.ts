import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { kamishibai } from '../_cli.ts'
import { deckOf } from '../_present.ts'
import { inTurns } from '../engines/turns.ts'

inTurns('vite-cache')

const STYLE = '.unseen { opacity: 0 !important }\n'

it.each(['pdf', 'png'])('an export as %s ends with the numbers of slides that show nothing of their text', async (format) => {
  const out = await mkdtemp(join(tmpdir(), 'kamishibai-blank-'))
  onTestFinished(() => rm(out, { recursive: true, force: true }))
  const deck = await deckOf('# Seen\n\n---\nclass: unseen\n---\n\n# Not seen\n', { 'style.css': STYLE })
  const { code, err } = await kamishibai('export', deck, '--format', format, '--output', join(out, format === 'png' ? 'pictures' : 'deck.pdf'))
  expect(code).toBe(1)
  expect(err).toContain('Slide 2 is blank.')
  expect(err).not.toContain('Slide 1 ')
})

// Its cause, a question about a container's height, is held by tests/unit/client/paper/sized-containers.test.ts.
it('a race in a column is printed, and so is what follows it', async () => {
  const out = await mkdtemp(join(tmpdir(), 'kamishibai-race-'))
  onTestFinished(() => rm(out, { recursive: true, force: true }))
  expect(await kamishibai('export', 'tests/fixtures/decks/race.md', '--output', join(out, 'race.pdf'))).toMatchObject({ code: 0 })
})
