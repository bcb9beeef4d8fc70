import type { LogEvent } from './event.ts'
import type { Moment } from './step.ts'

/** When a moment of a log was, in ms; a phase or marker that never came is its end. */
export function timeOf(moment: Moment, events: LogEvent[]): number {
  const end = events.at(-1)?.at ?? 0
  switch (moment.type) {
    case 'start': return 0
    case 'end': return end
    case 'time': return Math.min(moment.ms, end)
    case 'phase': return events.find(e => e.type === 'phase' && e.phase === moment.phase)?.at ?? end
    case 'marker': return events.find(e => e.type === 'marker' && e.label === moment.label)?.at ?? end
  }
}
