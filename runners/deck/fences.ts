import type { MarkdownExit, Token } from 'markdown-exit'
import type { Info } from './info.ts'
import type { SnippetPath } from './markdown.ts'
import { parseInfo } from './info.ts'

/** A fence as Slidev's Markdown finds it; `line`, `end` and `column` count from 1 in the text. */
export interface RawFence {
  info: string
  /** The brace of ours in it. */
  brace?: Info
  /** Content with a final newline, as Markdown gives it. */
  code: string
  line: number
  /** The last line that belongs to the fence. */
  end: number
  /** Column of the info string. */
  column: number
  /** How many marks open the fence; 0 for a `<<<` import. */
  marks: number
  closed: boolean
  /** Of a `<<<` import instead of a fence. */
  snippet?: SnippetPath
}

/**
 * Finds all fences and snippet imports of a slide's Markdown, wherever Slidev renders one, in the order of their lines.
 */
export function scanFences(text: string, markdown: MarkdownExit): RawFence[] {
  const lines = text.split(/\r\n?|\n/)
  return markdown.parse(text, {})
    .filter(token => token.type === 'fence' && token.map)
    .map(token => fenceOf(token, lines))
    .sort((a, b) => a.line - b.line)
}

function fenceOf(token: Token, lines: string[]): RawFence {
  const [from, to] = token.map!
  const opening = lines[from]!
  const snippet = token.meta as SnippetPath | null
  const at = Math.max(0, opening.indexOf(snippet ? '<<<' : token.markup))
  const behind = at + token.markup.length
  const rows = token.content ? token.content.replace(/\n$/, '').split('\n').length : 0
  const info = token.info.trim()
  return {
    info,
    brace: parseInfo(info),
    code: token.content && !token.content.endsWith('\n') ? `${token.content}\n` : token.content,
    line: from + 1,
    end: to,
    column: 1 + (snippet ? at : behind + opening.slice(behind).search(/\S|$/)),
    marks: token.markup.length,
    closed: !!snippet || to - from - 1 > rows,
    ...snippet && { snippet },
  }
}
