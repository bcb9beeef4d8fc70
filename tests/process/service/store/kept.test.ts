import type { Recording } from '../../../../runners/protocol/recording.ts'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { record } from '../../../../runners/cli/commands/record.ts'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { createService } from '../../../../runners/service/service.ts'
import { keepRun, listRuns, readRun } from '../../../../runners/service/store/kept.ts'
import { readRecording } from '../../../../runners/service/store/recordings.ts'

async function deckOf(text: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-runs-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'deck.md'), text)
  return join(dir, 'deck.md')
}

const HELLO = '# A\n\n```sh {run id=hello}\necho "hello from $$"\n```\n'

it('keeps a live run, and makes it the recording of its step', async () => {
  const deck = await parseDeck(await deckOf(HELLO))
  const service = await createService({ deck, mode: 'live', live: true })
  const run = service.session.start('hello')
  await run.over
  await run.recorded()
  await expect.poll(() => listRuns(deck), { timeout: 10_000 }).toHaveLength(1)
  await service.close()
  expect(await readRecording(deck, 'hello')).toBeUndefined()
  expect(await record({ deck: deck.file, only: [], keep: 'hello', trust: false })).toBe(0)
  expect(await readRecording(deck, 'hello')).toEqual(await readRun(deck, 'hello'))
  expect(await readFile(join(deck.dir, '.kamishibai/.gitignore'), 'utf8')).toBe('*\n')
})

it('keeps the last 20, and refuses to make a failed one a recording', async () => {
  const deck = await parseDeck(await deckOf(HELLO))
  const at = (n: number): string => `2026-01-01T00:00:${String(n).padStart(2, '0')}.000Z`
  const of = (n: number, phase: 'exited' | 'failed'): Recording => ({ header: { step: 'hello', hash: '0', recordedAt: at(n), engines: {}, images: {}, durationMs: 1, phase, expectations: [] }, cols: 80, rows: 5, events: [] })
  for (let n = 0; n < 25; n++)
    await keepRun(deck, of(n, n === 24 ? 'failed' : 'exited'))
  const runs = await listRuns(deck)
  expect(runs).toHaveLength(20)
  expect(runs[0]!.name).toBe('20260101-000024-hello')
  expect(await record({ deck: deck.file, only: [], keep: 'hello', trust: false })).toBe(1)
  expect(await record({ deck: deck.file, only: [], keep: '20260101-000010-hello', trust: false })).toBe(0)
  await expect(readRun(deck, 'nobody')).rejects.toMatchObject({ code: 'not-found', hint: expect.stringContaining('20260101-000024-hello') })
})
