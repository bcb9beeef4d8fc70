import type { Problem } from '../protocol/step.ts'
import { suggestion } from '../protocol/suggest.ts'
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
const RE_VIEW = /<(Live[A-Z]\w*|live-[\w-]+)\b([^>]*)>/g
/** `step="…"` and `steps="…"`; what is bound (`:step`) is known in the browser only. */
const RE_STEPS = /(?<=^|\s)steps?=(?:"([^"]*)"|'([^']*)')/g

/** Reports the views on a slide that name a step which the deck does not have. */
export function checkViews({ file, start, lines, from }: SlideText, ids: string[], problems: Problem[]): void {
  const text = withoutFences(lines, from).join('\n').replaceAll(RE_COMMENT, blank)
  for (const { 0: tag, 1: name, 2: attributes, index } of text.matchAll(RE_VIEW)) {
    for (const { 0: written, 1: double, 2: single, index: at } of attributes!.matchAll(RE_STEPS)) {
      const value = (double ?? single)!
      for (const id of value.split(',').map(part => part.trim()).filter(part => part && !ids.includes(part))) {
        const offset = index + tag.indexOf(attributes!) + at + written.indexOf(id, written.indexOf('='))
        const before = text.slice(0, offset).split('\n')
        problems.push({
          severity: 'error',
          file,
          line: start + before.length,
          column: before.at(-1)!.length + 1,
          code: 'unknown-step',
          message: `<${name}> shows the step ${id}, and there is none`,
          hint: suggestion(id, ids),
        })
      }
    }
  }
}

/** The lines with those of frontmatter and fences emptied, so that what is left stands where it stood. */
function withoutFences(lines: string[], from: number): string[] {
  const left = lines.map((line, i) => i < from ? '' : line)
  for (const { line, code, snippet } of scanFences(lines, from))
    left.fill('', line - 1, snippet ? line : line + code.split('\n').length)
  return left
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}
