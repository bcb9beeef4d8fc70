import type { Payload } from '../../../../runners/protocol/event.ts'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { parseRecording } from '../../../../runners/protocol/parse-recording.ts'
import { saveRecording } from '../../../../runners/service/store/recordings.ts'
import { kamishibai } from '../../../_cli.ts'
import { logOf, output, recordingOf } from '../../../_recordings.ts'

const run: [number, Payload][] = [
  [0, { type: 'phase', phase: 'running' }],
  [100, output('one\r\n')],
  [9_100, output('two\r\n')],
  [9_200, { type: 'progress', label: 'x', done: 1, total: 1 }],
  [14_200, { type: 'exit', code: 0 }],
  [14_200, { type: 'phase', phase: 'exited' }],
]
const times = (recording: { events: { at: number }[] }): number[] => recording.events.map(({ at }) => at)

it('record --trim rewrites the recordings in place, says what it cut, and leaves them fresh', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-trim-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const file = join(dir, 'deck.md')
  await writeFile(file, '# A\n\n```sh {run id=hello}\ntrue\n```\n\n```sh {run id=other}\ntrue\n```\n')
  const deck = await parseDeck(file)
  const hash = deck.steps[0]!.hash
  await saveRecording(deck, recordingOf(logOf(run), { hash, durationMs: 14_200 }))
  expect(await kamishibai('record', file, '--trim', '2s')).toEqual({ code: 0, err: '', out: 'hello                2 pauses shortened, 10.0 s cut: 14.2 s → 4.2 s\n' })
  const path = join(dir, 'recordings/deck/hello')
  expect(times(parseRecording(await readFile(`${path}.cast`, 'utf8'), await readFile(`${path}.events.jsonl`, 'utf8')))).toEqual([0, 100, 2_100, 2_200, 4_200, 4_200])
  const { out } = await kamishibai('check', file, '--reporter', 'json')
  expect(JSON.parse(out)).toMatchObject({ steps: [{ id: 'hello', ok: true, durationMs: 4_200, recording: { fresh: true } }, { id: 'other', ok: false }] })
  expect(await kamishibai('record', file, '--trim', '2s', '--only', 'hello')).toMatchObject({ code: 0, out: 'hello                unchanged\n' })
  expect(await kamishibai('record', file, '--trim', '2s', '--only', 'other')).toMatchObject({ code: 1, err: 'other                has no recording.\n' })
  expect(await kamishibai('record', file, '--trim', 'short')).toMatchObject({ code: 2, err: expect.stringContaining('--trim short is no duration') as string })
  expect(await kamishibai('record', file, '--trim', '2s', '--keep', 'hello')).toMatchObject({ code: 2 })
})
