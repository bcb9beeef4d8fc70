import type { LogEvent, Payload } from './event.ts'
import { z } from 'zod'
import { expectationSchema, isUnderWay, PHASES } from './event.ts'

/** What our key in the header of a cast holds. */
export const headerSchema = z.object({
  step: z.string(),
  /** Of the step when it was recorded. */
  hash: z.string(),
  /** ISO 8601. */
  recordedAt: z.string(),
  engines: z.record(z.string(), z.string()),
  /** Image name → id or digest. */
  images: z.record(z.string(), z.string()),
  /** From start to the run's moment. */
  durationMs: z.number(),
  phase: z.enum(PHASES),
  expectations: z.array(expectationSchema),
})
export type RecordingHeader = z.infer<typeof headerSchema>

/** A stored run. */
export interface Recording {
  header: RecordingHeader
  cols: number
  rows: number
  events: LogEvent[]
}

/** A cast may be at most this large: 256 MB, 500 × 200 cells, one hour. */
export const LIMITS = { bytes: 256 * 1024 * 1024, cols: 500, rows: 200, ms: 3_600_000 }

/** Asciicast v3 codes that we write; source: the asciicast v3 specification. */
export const CODES = { output: 'o', resize: 'r', marker: 'm', exit: 'x' } as const

/** An event of a file. */
export interface Timed { at: number, payload: Payload }

/** Both lists by time; at the same time output comes before what it led to. */
export function merge(terminal: Timed[], others: Timed[]): Timed[] {
  const merged: Timed[] = []
  let i = 0
  for (const other of others) {
    // A phase that begins the run precedes output of the same millisecond.
    const opens = other.payload.type === 'phase' && isUnderWay(other.payload.phase)
    while (i < terminal.length && (opens ? terminal[i]!.at < other.at : terminal[i]!.at <= other.at))
      merged.push(terminal[i++]!)
    merged.push(other)
  }
  return [...merged, ...terminal.slice(i)]
}
