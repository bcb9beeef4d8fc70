import type { Recording } from './recording.ts'
import type { Moment } from './step.ts'

/** A recording with shorter pauses, and what was cut. */
export interface Trimmed { recording: Recording, pauses: number, cutMs: number }

/**
 * Shortens every pause between two events to `limitMs`; what happened stays as it was, only its times move. A moment
 * that paper shows by its time shows the same after it: up to the last of them nothing moves.
 */
export function trimPauses(recording: Recording, limitMs: number, moments: Moment[] = []): Trimmed {
  const fixed = Math.max(0, ...moments.map(moment => moment.type === 'time' ? moment.ms : 0))
  const { header } = recording
  let before = 0
  let pauses = 0
  let cutMs = 0
  let { durationMs } = header
  const events = recording.events.map((event) => {
    const pause = event.at - before
    // The event after a printed moment must not come before it.
    const kept = event.at <= fixed ? pause : Math.min(pause, Math.max(limitMs, fixed - before + 1))
    if (header.durationMs > before && header.durationMs <= event.at)
      durationMs = before - cutMs + Math.min(header.durationMs - before, kept)
    before = event.at
    if (kept < pause) {
      pauses++
      cutMs += pause - kept
    }
    return { ...event, at: event.at - cutMs }
  })
  if (header.durationMs > before)
    durationMs = header.durationMs - cutMs
  return { recording: { ...recording, header: { ...header, durationMs }, events }, pauses, cutMs }
}
