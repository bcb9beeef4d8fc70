import type { Payload } from '../../../runners/protocol/event.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameRecording } from '../../../runners/protocol/essence.ts'
import { formatRecording } from '../../../runners/protocol/format-recording.ts'
import { parseRecording } from '../../../runners/protocol/parse-recording.ts'
import { trimPauses } from '../../../runners/protocol/trim.ts'
import { logOf, output, recordingOf } from '../../_recordings.ts'

const run: [number, Payload][] = [
  [0, { type: 'phase', phase: 'running' }],
  [100, output('one\r\n')],
  [9_100, output('two\r\n')],
  [9_200, { type: 'progress', label: 'x', done: 1, total: 1 }],
  [14_200, { type: 'exit', code: 0 }],
  [14_200, { type: 'phase', phase: 'exited' }],
]
const times = (recording: { events: { at: number }[] }): number[] => recording.events.map(({ at }) => at)

describe('trimming', () => {
  it('shortens long pauses only, and moves what comes after them and the moment alike', () => {
    const { recording, pauses, cutMs } = trimPauses(recordingOf(logOf(run), { durationMs: 14_200 }), 2000)
    expect(times(recording)).toEqual([0, 100, 2_100, 2_200, 4_200, 4_200])
    expect({ pauses, cutMs, duration: recording.header.durationMs }).toEqual({
      pauses: 2,
      cutMs: 10_000,
      duration: 4_200,
    })
  })

  it.each([[50, 50], [100, 100], [1_100, 1_100], [5_000, 2_100], [9_100, 2_100], [9_150, 2_150], [20_000, 10_000]])('a moment at %i ms is one at %i ms', (durationMs, moved) => {
    expect(trimPauses(recordingOf(logOf(run), { durationMs }), 2000).recording.header.durationMs).toBe(moved)
  })

  it('leaves what is printed by its time as it is', () => {
    const { recording } = trimPauses(recordingOf(logOf(run)), 2000, [{ type: 'time', ms: 6_000 }, { type: 'end' }])
    expect(times(recording)).toEqual([0, 100, 6_001, 6_101, 8_101, 8_101])
  })

  it('changes nothing but times, whatever the recording, and nothing more the second time', async () => {
    const event = fc.oneof(fc.string().map(output), fc.constant<Payload>({ type: 'marker', label: 'm' }), fc.nat(9).map((n): Payload => ({ type: 'progress', label: 'p', done: n, total: 9 })))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(20_000), event), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(30_000),
        async (steps, limit, printed) => {
          let at = 0
          const before = recordingOf(logOf(steps.map(([pause, payload]) => [(at += pause), payload])))
          const { recording } = trimPauses(before, limit, [{ type: 'time', ms: printed }])
          expect(recording.events.map(({ at: _, ...rest }) => rest)).toEqual(
            before.events.map(({ at: _, ...rest }) => rest),
          )
          expect(await sameRecording(before, recording)).toBe(true)
          expect(recording.events.filter(({ at }) => at <= printed).length).toBe(
            before.events.filter(({ at }) => at <= printed).length,
          )
          const { cast, events } = formatRecording(recording)
          expect(times(parseRecording(cast, events))).toEqual(
            times(parseRecording(cast, events)).toSorted((a, b) => a - b),
          )
          expect(trimPauses(recording, limit, [{ type: 'time', ms: printed }])).toEqual({
            recording,
            pauses: 0,
            cutMs: 0,
          })
        },
      ),
      { numRuns: 200 },
    )
  })
})
