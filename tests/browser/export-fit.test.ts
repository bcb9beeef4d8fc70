import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { kamishibai } from '../_cli.ts'
import { inTurns } from '../engines/turns.ts'

inTurns('vite-cache')

it('a check looks with a browser, where it is asked to', { timeout: 120_000 }, async () => {
  const { out } = await kamishibai('check', 'tests/fixtures/decks/tall.md', '--fit', '--reporter', 'json')
  const { problems } = JSON.parse(out) as { problems: { code: string, message: string, line: number }[] }
  const misfits = problems.filter(({ code }) => code === 'misfit')
  expect(misfits).toHaveLength(1)
  expect(misfits[0]).toMatchObject({ message: expect.stringMatching(/^Slide 2 does not fit: \d+ px/) as string, line: expect.any(Number) as number })
})

it('an export tells which slides are too low for their steps', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-fit-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const { err } = await kamishibai('export', 'tests/fixtures/decks/tall.md', '--output', join(dir, 'tall.pdf'))
  expect(err).toMatch(/^Slide 2 does not fit: \d+ px of its steps or views lie below its edge\. Show less code/m)
  expect(err).not.toMatch(/Slide 1 /)
})
