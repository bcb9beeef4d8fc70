import type { ScreenLine, ScreenSpan } from '../../runners/protocol/screen.ts'
import type { Mark } from '../../runners/protocol/step.ts'
import type { Palette } from './contrast.ts'
import { readable } from './contrast.ts'

export interface MarkedSpan extends ScreenSpan { marked?: boolean }

/** Ranges of `text` that one of `marks` matches, as [from, to). */
function rangesOf(text: string, marks: Mark[]): [number, number][] {
  return marks.flatMap(({ source, flags }) => {
    const pattern = new RegExp(source, flags.includes('g') ? flags : `${flags}g`)
    return [...text.matchAll(pattern)].filter(m => m[0]).map((m): [number, number] => [m.index, m.index + m[0].length])
  })
}

/** Splits the spans of a line where a mark begins or ends; the text stays the same. */
export function markLine(line: ScreenLine, marks: Mark[]): MarkedSpan[] {
  if (!marks.length)
    return line
  const ranges = rangesOf(line.map(span => span.text).join(''), marks)
  if (!ranges.length)
    return line
  const cuts = [...new Set(ranges.flat())].sort((a, b) => a - b)
  let from = 0
  return line.flatMap((span) => {
    const to = from + span.text.length
    const edges = [from, ...cuts.filter(cut => cut > from && cut < to), to]
    const parts = edges.slice(1).map((end, i): MarkedSpan => {
      const start = edges[i]!
      const marked = ranges.some(([a, b]) => a <= start && end <= b)
      return { ...span, text: span.text.slice(start - from, end - from), ...(marked && { marked }) }
    })
    from = to
    return parts
  })
}

/**
 * CSS of a span. The first 16 colours come from the theme's variables, whose values `palette` has: text is readable.
 */
export function spanStyle({ fg, bg, inverse }: ScreenSpan, palette: Palette): Record<string, string | undefined> {
  const css = (color: string | undefined): string | undefined => color && /^(?:ansi|screen)-/.test(color) ? `var(--kb-${color})` : color
  const [front, back] = inverse ? [bg ?? 'screen-bg', fg ?? 'screen-fg'] : [fg, bg]
  if (!front && !back)
    return {}
  const valueOf = (color: string): string => palette[color] ?? color
  const own = valueOf(front ?? 'screen-fg')
  const seen = readable(own, valueOf(back ?? 'screen-bg'))
  return { color: seen === own ? css(front) : seen, backgroundColor: css(back) }
}

const RE_WIDE = /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/gu

/** Cells that a line takes; East Asian characters take two. */
export function widthOf(line: ScreenLine): number {
  const text = line.map(span => span.text).join('')
  return [...text].length + (text.match(RE_WIDE)?.length ?? 0)
}
