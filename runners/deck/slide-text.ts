import { scanFences } from './fences.ts'

/** A slide's text as it stands in its file. */
export interface SlideText {
  /** Relative to the deck's folder. */
  file: string
  /** Line of the file, from 0, at which `lines` begins. */
  start: number
  lines: string[]
  /** Index in `lines` at which the content begins, behind the frontmatter. */
  from: number
}

const RE_COMMENT = /<!--[\s\S]*?(?:-->|$)/g
/** Code within a paragraph: marks of the same length around it, and no empty line between. */
const RE_CODE = /(?<!`)(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?[^`]\1(?!`)/g

/** What of a slide is Markdown and HTML that shows: the rest is blank, so that all stands where it stood. */
export function shownText({ lines, from }: SlideText): string {
  const left = lines.map((line, i) => i < from ? '' : line)
  for (const { line, code, snippet } of scanFences(lines, from))
    left.fill('', line - 1, snippet ? line : line + code.split('\n').length)
  return left.join('\n').replaceAll(RE_COMMENT, blank).replaceAll(RE_CODE, blank)
}

/** Line and column in the file of an offset in the slide's text. */
export function placeOf({ start }: SlideText, text: string, offset: number): { line: number, column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: start + before.length, column: before.at(-1)!.length + 1 }
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}
