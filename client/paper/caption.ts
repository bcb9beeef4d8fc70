import type { Moment } from '../../runners/protocol/step.ts'
import { useTexts } from '../texts.ts'

/** What paper writes above a moment that was `ms` after the run began. */
export function captionOf(moment: Moment, ms: number): string {
  const texts = useTexts()
  const time = `${(ms / 1000).toFixed(1)} ${texts.seconds}`
  switch (moment.type) {
    case 'start': return texts.moment.start
    case 'end': return `${texts.moment.end} (${time})`
    case 'time': return time
    case 'phase': return `${texts.moment.phase} ${moment.phase} (${time})`
    case 'marker': return `${moment.label} (${time})`
  }
}
