import type { LogEvent } from '../../../../runners/protocol/event.ts'
import { expect, it } from 'vitest'
import { createAgain } from '../../../../client/step/again.ts'
import { screenText } from '../../../../runners/protocol/screen.ts'

const info = { n: 1, step: 'hello', mode: 'live' as const, startedAt: 0, cols: 20, rows: 4 }
const events: LogEvent[] = [
  { seq: 1, at: 0, type: 'phase', phase: 'running' },
  { seq: 2, at: 100, type: 'output', data: 'one\r\n' },
  { seq: 3, at: 200, type: 'output', data: 'two\r\n' },
  { seq: 4, at: 300, type: 'exit', code: 0 },
  { seq: 5, at: 300, type: 'phase', phase: 'exited' },
]

it('shows a run again at a quarter of its speed, and goes back in time', async () => {
  const frames: (() => void)[] = []
  let time = 0
  const recording = {
    header: { step: 'hello', hash: '', recordedAt: '2026-01-01T00:00:00.000Z', engines: {}, images: {}, durationMs: 300, phase: 'exited' as const, expectations: [] },
    cols: 20,
    rows: 4,
    events,
  }
  const again = createAgain(recording, info, { now: () => time, schedule: callback => void frames.push(callback) })
  time = 400
  frames.splice(0).forEach(frame => frame())
  expect(again.at.value).toBe(100)
  again.seek(250)
  await again.run.value.screen.settled()
  expect(screenText(again.run.value.screen.lines())).toBe('one\ntwo')
  again.seek(150)
  await again.run.value.screen.settled()
  expect(screenText(again.run.value.screen.lines())).toBe('one')
  again.end()
})
