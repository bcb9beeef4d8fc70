import type { ScreenLine } from '../../runners/protocol/screen.ts'
import type { Moment } from '../../runners/protocol/step.ts'
import type { Texts } from '../texts.ts'

/** A terminal as paper shows it at one moment. */
export interface PaperFrame { caption: string, lines: ScreenLine[] }

/**
 * The frames that say something of their own: output mostly grows, and one whose text begins a later one's would only
 * take its room.
 */
export function withoutPrefixes(frames: PaperFrame[]): PaperFrame[] {
  const texts = frames.map(({ lines }) => lines.map(line => line.map(({ text }) => text).join('')).join('\n').trimEnd())
  return frames.filter((_, i) => !texts.slice(i + 1).some(later => later.startsWith(texts[i]!)))
}

/** What paper writes above a moment that was `ms` after the run began. */
export function captionOf(moment: Moment, ms: number, texts: Texts): string {
  const time = `${(ms / 1000).toFixed(1)} ${texts.seconds}`
  switch (moment.type) {
    case 'start': return texts.moment.start
    case 'end': return `${texts.moment.end} (${time})`
    case 'time': return time
    case 'phase': return `${texts.moment.phase} ${moment.phase} (${time})`
    case 'marker': return `${moment.label} (${time})`
  }
}
