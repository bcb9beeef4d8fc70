import type { LogEvent, Payload } from '../runners/protocol/event.ts'
import type { Recording } from '../runners/protocol/recording.ts'

/** Payloads with their times as a log. */
export function logOf(timed: [at: number, payload: Payload][]): LogEvent[] {
  return timed.map(([at, payload], index) => ({ ...payload, at, seq: index + 1 }))
}

/** A recording of a run that printed `output` and went well. */
export function recordingOf(events: LogEvent[], header: Partial<Recording['header']> = {}): Recording {
  return {
    header: {
      step: 'hello',
      hash: '0123456789abcdef',
      recordedAt: '2026-11-24T02:30:00.000Z',
      engines: { docker: '29.0.0' },
      images: { 'kamishibai/demo:1': 'sha256:0f' },
      durationMs: 1200,
      phase: 'exited',
      expectations: [{ text: 'exit=0', ok: true }],
      ...header,
    },
    cols: 40,
    rows: 6,
    events,
  }
}

export const output = (data: string): Payload => ({ type: 'output', data })
