import type { MarkdownExit } from 'markdown-exit'
import type { RawFence } from './fences.ts'
import type { Info } from './info.ts'
import { parseInfo } from './info.ts'

/** A fence of ours that Markdown takes for something else. */
export interface HiddenFence {
  raw: RawFence & { brace: Info }
  /** What Markdown takes it for. */
  as: 'html' | 'text'
}

const RE_OPENING = /^(\s*(`{3,}|~{3,}|<<<)[ \t]*)(\S.*?)\s*$/
/** HTML whose content is no Markdown, and is not meant to be. */
const RE_LITERAL = /^\s*<(?:!--|pre\b|script\b|style\b|textarea\b|!\[CDATA)/i

/**
 * Finds the fences of ours that stand in HTML, where an empty line is missing, or that are indented as text is. They
 * come in the order of their lines.
 */
export function hiddenFences(text: string, markdown: MarkdownExit): HiddenFence[] {
  const lines = text.split(/\r\n?|\n/)
  return markdown.parse(text, {}).flatMap((token) => {
    const as = token.type === 'html_block' && !RE_LITERAL.test(token.content)
      ? 'html'
      : token.type === 'code_block' ? 'text' : undefined
    if (!as || !token.map)
      return []
    const [from, to] = token.map
    return lines.slice(from, to).flatMap((line, i) => {
      const raw = fenceAt(lines, from + i)
      return raw && line ? [{ raw, as }] : []
    })
  })
}

function fenceAt(lines: string[], at: number): HiddenFence['raw'] | undefined {
  const [, before = '', marks = '', info = ''] = RE_OPENING.exec(lines[at]!) ?? []
  const brace = parseInfo(info)
  if (!brace)
    return undefined
  const isImport = marks === '<<<'
  const length = isImport ? 0 : lines.slice(at + 1).findIndex(line => line.trim().startsWith(marks)) + 1
  return {
    info,
    brace,
    code: lines.slice(at + 1, at + Math.max(1, length)).map(line => `${line}\n`).join(''),
    line: at + 1,
    end: at + 1 + length,
    column: before.length + 1,
    marks: isImport ? 0 : marks.length,
    closed: true,
  }
}
