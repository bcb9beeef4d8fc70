import type { LogEvent } from '../../protocol/event.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Step } from '../../protocol/step.ts'
import type { RunLog } from './log.ts'
import type { Outcome } from './types.ts'

/** How long nothing must change after the moment for the recording to end, and the longest it goes on, in ms. */
const TAIL = { quiet: 1000, longest: 5000 }

/** Resolves when the recording of a run may end: nothing changed for a second, five at most, or `next` came. */
export async function tailOf(log: RunLog, next: AbortSignal): Promise<void> {
  const moment = log.now()
  while (!next.aborted && log.now() - moment < TAIL.longest) {
    const quiet = log.now() - Math.max(log.lastChangeAt, moment)
    if (quiet >= TAIL.quiet)
      return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, Math.min(TAIL.quiet - quiet, TAIL.longest))
      next.addEventListener('abort', done, { once: true })
      function done(): void {
        clearTimeout(timer)
        next.removeEventListener('abort', done)
        resolve()
      }
    })
  }
}

/** The recording of a run as its log stands now, or as it stood at event `last`. */
export async function toRecording(
  step: Step,
  log: RunLog,
  outcome: Outcome,
  engines: Record<string, string>,
  recordedAt: Date,
  last = Infinity,
): Promise<Recording> {
  const events: LogEvent[] = []
  const images: Record<string, string> = {}
  for await (const event of log.all()) {
    if (event.seq > last)
      break
    events.push(event)
    if (event.type === 'resource' && typeof event.view.image === 'string' && typeof event.view.imageId === 'string')
      images[event.view.image] = event.view.imageId
  }
  return {
    header: {
      step: step.id,
      hash: step.hash,
      recordedAt: recordedAt.toISOString(),
      engines,
      images,
      durationMs: Math.round(outcome.durationMs),
      phase: outcome.phase,
      expectations: outcome.expectations,
    },
    cols: step.cols,
    rows: step.rows,
    events,
  }
}
