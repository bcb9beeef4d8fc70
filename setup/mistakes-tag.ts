import type { Problem } from '../runners/protocol/problem.ts'

const RE_MUSTACHE = /\{\{/g

/** Text for a double-quoted attribute of a Vue template. */
export function escapeAttribute(text: string): string {
  return escapeMustaches(text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;'))
}

/** Text of a Vue template, in which double braces are no expression. */
export function escapeMustaches(text: string): string {
  return text.replace(RE_MUSTACHE, '&lbrace;&lbrace;')
}

/** The mistakes of a step or a slide, as a tag that shows them. */
export function mistakesTag(problems: Problem[], of: 'step' | 'slide' = 'step'): string {
  return `<LiveStep of="${of}" :problems="${escapeAttribute(JSON.stringify(problems))}" />`
}
