import type { MarkdownExit, PluginSimple, StateBlock, StateInline } from 'markdown-exit'
import type { Loaded } from './load.ts'
import { extname } from 'node:path'
import comark from '@comark/markdown-it'
import { componentPlugin } from '@mdit-vue/plugin-component'
import { createMarkdownExit } from 'markdown-exit'
import footnotes from 'markdown-it-footnote'
import { themeMeta } from './roots.ts'

/** What switches parts of Slidev's Markdown on. */
export interface MarkdownFeatures {
  /** Formulas; Slidev looks for dollar signs in the whole deck. */
  katex: boolean
  /** Components and slots by colons and hashes. */
  comark: boolean
}

/** A file that a `<<<` line imports, as the line names it. */
export interface SnippetPath { path: string, region?: string }

/** Slidev's own form of a snippet import: `<<< path#region lang {meta}`. */
const RE_SNIPPET = /^<<<[ \t]*(\S.*?)(#[\w-]+)?[ \t]*(?:[ \t](\S+?))?[ \t]*(\{.*)?$/
const RE_SLOT = /^::\s*([\w.\-:]+)\s*::\s*$/
const ANYWHERE = { alt: ['paragraph', 'reference', 'blockquote', 'list'] }

/** Which parts of Slidev's Markdown a deck has on; a headmatter stands above its own `config` and the theme. */
export function featuresOf({ headmatter, features }: Loaded['data'], dir: string): MarkdownFeatures {
  const { comark = false, mdc = false } = {
    ...themeMeta(dir, headmatter.theme).defaults,
    ...(headmatter.config as object),
    ...headmatter,
  } as { comark?: unknown, mdc?: unknown }
  return { katex: features.katex, comark: Boolean(comark || mdc) }
}

/**
 * Makes a Markdown parser that finds the same blocks as Slidev's.
 * Slidev does not export its own, and that one runs the deck's transformers and Vite configuration.
 */
export function createMarkdown({ katex, comark: components }: MarkdownFeatures): MarkdownExit {
  const md = createMarkdownExit({ html: true, xhtmlOut: true, linkify: true })
  // The plugins are written for markdown-it, whose types differ in names only; their order is Slidev's.
  md.use(componentPlugin as unknown as PluginSimple)
  md.block.ruler.before('fence', 'snippet_import', snippetRule, ANYWHERE)
  md.use(footnotes)
  if (katex) {
    md.inline.ruler.after('escape', 'math_inline', formulaRule)
    md.block.ruler.after('blockquote', 'math_block', mathRule, ANYWHERE)
  }
  md.block.ruler.before('fence', 'slot_marker', slotRule, ANYWHERE)
  if (components)
    md.use(comark as unknown as PluginSimple)
  return md
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line])
}

/** A snippet import is a fence without content, with the file in its `meta`. */
function snippetRule(state: StateBlock, startLine: number, _endLine: number, silent: boolean): boolean {
  const match = RE_SNIPPET.exec(lineOf(state, startLine))
  if (!match)
    return false
  if (silent)
    return true
  const [, path, region, lang = '', meta = ''] = match
  const token = state.push('fence', 'code', 0)
  token.info = `${lang.trim() || extname(path!).slice(1)} ${meta.trim()}`.trim()
  token.meta = { path: path!, region: region?.slice(1) } satisfies SnippetPath
  token.map = [startLine, startLine + 1]
  state.line = startLine + 1
  return true
}

function slotRule(state: StateBlock, startLine: number, _endLine: number, silent: boolean): boolean {
  const match = state.sCount[startLine]! - state.blkIndent > 0 ? null : RE_SLOT.exec(lineOf(state, startLine))
  if (!match)
    return false
  if (silent)
    return true
  const token = state.push('slot_marker', '', 0)
  token.content = match[1]!
  token.map = [startLine, startLine + 1]
  state.line = startLine + 1
  return true
}

/** A formula ends at a line that ends with two dollar signs, else with its container. */
function mathRule(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const first = lineOf(state, startLine)
  if (!first.startsWith('$$'))
    return false
  if (silent)
    return true
  let last = startLine
  if (!first.slice(2).trim().endsWith('$$')) {
    for (last++; last < endLine; last++) {
      const [from, to] = [state.bMarks[last]! + state.tShift[last]!, state.eMarks[last]!]
      if ((from < to && state.tShift[last]! < state.blkIndent) || state.src.slice(from, to).trim().endsWith('$$'))
        break
    }
  }
  const token = state.push('math_block', 'math', 0)
  token.block = true
  token.map = [startLine, last + 1]
  state.line = last + 1
  return true
}

/** A formula in a line stands between dollar signs, with no white space inside them and no digit behind. */
function formulaRule(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state
  if (src[pos] !== '$')
    return false
  const end = / |\t/.test(src[pos + 1] ?? '') ? -1 : closingDollar(src, pos + 1)
  const found = end > pos + 1 && !/[ \t]/.test(src[end - 1]!) && !/\d/.test(src[end + 1] ?? '')
  const marks = end === pos + 1 ? '$$' : '$'
  if (!silent && found)
    state.push('math_inline', 'math', 0).content = src.slice(pos + 1, end)
  else if (!silent)
    state.pending += marks
  state.pos = found ? end + 1 : pos + marks.length
  return true
}

function closingDollar(src: string, from: number): number {
  for (let at = src.indexOf('$', from); at >= 0; at = src.indexOf('$', at + 1)) {
    let escapes = 0
    while (src[at - 1 - escapes] === '\\')
      escapes++
    if (escapes % 2 === 0)
      return at
  }
  return -1
}
