import type { ScreenLine } from '../../runners/protocol/screen.ts'

/** A terminal as paper shows it at one moment. */
export interface PaperFrame { caption: string, lines: ScreenLine[] }

/** The frames that say something of their own: output mostly grows, and one whose text begins a later one's would only take its room. */
export function withoutPrefixes(frames: PaperFrame[]): PaperFrame[] {
  const texts = frames.map(({ lines }) => lines.map(line => line.map(({ text }) => text).join('')).join('\n').trimEnd())
  return frames.filter((_, i) => !texts.slice(i + 1).some(later => later.startsWith(texts[i]!)))
}
