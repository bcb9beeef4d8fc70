import type { ViewTag } from '../../deck/view-tags.ts'
import { viewTags } from '../../deck/view-tags.ts'

/** Elements of HTML that mean something in Markdown without a style sheet. */
const KEPT = /^(?:[abipsu]|abbr|blockquote|code|dd|del|details|dl|dt|em|h[1-6]|ins|kbd|li|mark|ol|pre|small|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|ul)$/i
/** Elements that go with all that they hold. */
const RE_BLOCKS = /<!--[\s\S]*?(?:-->|$)|<(style|script)\b[\s\S]*?<\/\1>/gi
const RE_TAG = /<(\/?)([a-z][\w.:-]*)((?:"[^"]*"|'[^']*'|[^"'<>])*)>/gi
const RE_CODE = /(?<!`)(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?[^`]\1(?!`)/g
/** Slots (`::right::`), and the ends and beginnings of comark's blocks. */
const RE_SLOT = /^[ \t]*:{2}.*$/gm
/** Sets of icons that Slidev takes as tags. */
const RE_ICON = /^(?:carbon|logos|mdi|ph|tabler|lucide|uim|twemoji|simple-icons|fa|ri|bi|ic|material-symbols|heroicons|devicon|skill-icons|vscode-icons)-/

/** What becomes of the parts of a slide that are more than Markdown. */
export interface SlideParts {
  /** Lines that stand for the fence or import at these lines (from 1); undefined where they stay. */
  fences: { line: number, end: number, lines: string[] }[]
  /** What stands for a view; undefined where it has no text. */
  view: (tag: ViewTag) => string | undefined
}

/** A slide as plain Markdown; `seen` says that something on it has no text. */
export interface PlainSlide { text: string, seen: boolean }

/** Makes Markdown that any reader shows of a slide's Markdown for Slidev. */
export function plainMarkdown(source: string, { fences, view }: SlideParts): PlainSlide {
  const held: string[] = []
  const hold = (text: string): string => `\0${held.push(text) - 1}\0`
  let seen = false
  const lines = source.split('\n')
  for (const { line, end, lines: own } of [...fences].reverse()) {
    const indent = /^[ \t]*/.exec(lines[line - 1]!)![0]
    lines.splice(line - 1, end - line + 1, hold(own.map(text => text && `${indent}${text}`).join('\n')))
  }
  const text = lines.join('\n')
    .replaceAll(RE_CODE, code => hold(code))
    .replaceAll(RE_BLOCKS, '')
    .replaceAll(RE_SLOT, '')
    .replaceAll(/!\[([^\]]*)\]\((?!https?:)[^)]*\)/g, (_, words: string) => {
      seen = true
      return words
    })
    .replaceAll(RE_TAG, (tag, closes: string, name: string, attributes: string) => {
      if (KEPT.test(name))
        return closes ? tag : `<${name}${keptAttributes(attributes)}>`
      if (closes)
        return ''
      if (/^br$/i.test(name))
        return '  \n'
      const [live] = viewTags(tag)
      const shown = live && view(live)
      if (shown !== undefined)
        return hold(`\n${shown}\n`)
      seen ||= Boolean(live) || isDrawing(name, attributes)
      return ''
    })
  return { text: restore(text, held).replaceAll(/[ \t]+$/gm, '').replaceAll(/\n{3,}/g, '\n\n').trim(), seen }
}

/** An address says something; classes, styles and directives do not. */
function keptAttributes(attributes: string): string {
  const kept = [...attributes.matchAll(/\s(?:href|title|open|colspan|rowspan)(?:=(?:"[^"]*"|'[^']*'))?(?=\s|$|\/)/g)]
  return kept.map(([own]) => own).join('')
}

/** Whether a tag draws something by itself: a picture, or a component that holds nothing. */
function isDrawing(name: string, attributes: string): boolean {
  const isComponent = /^[A-Z]/.test(name) || name.includes('-')
  return /^(?:img|svg|video|iframe|canvas)$/i.test(name) || (isComponent && attributes.trimEnd().endsWith('/') && !RE_ICON.test(name))
}

function restore(text: string, held: string[]): string {
  // What was held may hold others.
  return text.replaceAll(/\0(\d+)\0/g, (_, at: string) => restore(held[Number(at)]!, held))
}

/** A block of code that its own marks do not end. */
export function codeBlock(lang: string, code: string): string[] {
  const mark = '`'.repeat(Math.max(3, ...[...code.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return [`${mark}${lang}`, ...code.split('\n'), mark]
}
