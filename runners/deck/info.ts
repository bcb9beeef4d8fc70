import { VERBS } from '../protocol/step.ts'
import { distance } from '../protocol/suggest.ts'
import { ALL_OPTIONS } from './verbs.ts'

/** One word of a brace: `key=value`, or a bare `key`; offsets count from the start of the info string. */
export interface Word { key: string, value?: string, quoted?: boolean, offset: number }

/** A brace of ours in an info string, and where it stands there. */
export interface Info { lang: string, words: Word[], offset: number, end: number, closed: boolean }

const RE_LANG = /^[^\s[{]*/
const RE_WORD = /\s*([^\s=}"']+)(?:=("[^"]*"|'[^']*'|[^\s}]*))?/y
const RE_QUOTE = /^["']/
/** First words of Slidev's own braces that lie one edit from a verb of ours, or look so. */
const SLIDEV_WORDS = /^(?:monaco|all|none|hide|lines|maxHeight|at|startLine|wrap)\b|^[\d*|,{]/i

/**
 * Reads the brace of ours in `lang [title] {ranges} {verb key=value …}`, in whatever order the parts stand.
 * A brace is ours if its first word is a verb, is one edit from a verb, or if it holds one of our `key=`.
 */
export function parseInfo(info: string): Info | undefined {
  const lang = RE_LANG.exec(info)![0]
  for (let at = lang.length; at < info.length; at++) {
    const mark = info[at]
    const words = mark === '{' ? readBrace(info, at) : undefined
    if (words && isOurs(words.words, info.slice(at + 1)))
      return { lang, ...words, offset: at }
    // Whatever stands in a title or in a brace of Slidev's is theirs.
    const close = mark === '[' ? info.indexOf(']', at) : mark === '{' ? info.indexOf('}', at) : at
    at = Math.max(at, close)
  }
  return undefined
}

function isOurs(words: Word[], inside: string): boolean {
  if (SLIDEV_WORDS.test(inside.trimStart()))
    return false
  const first = words[0]?.key ?? ''
  return VERBS.some(verb => first === verb || (first.length > 2 && distance(first, verb) === 1))
    || words.some(word => word.value !== undefined && ALL_OPTIONS.has(word.key as never))
}

function readBrace(info: string, brace: number): Pick<Info, 'words' | 'end' | 'closed'> {
  const words: Word[] = []
  RE_WORD.lastIndex = brace + 1
  let end = brace + 1
  let openQuote = false
  for (let match = RE_WORD.exec(info); match; match = RE_WORD.exec(info)) {
    const [whole, key, raw] = match
    const offset = match.index + whole.length - whole.trimStart().length
    openQuote ||= RE_QUOTE.test(raw ?? '') && !/^(["']).*\1$/s.test(raw!)
    words.push({ key: key!, value: raw?.replace(/^(["'])(.*)\1$/s, '$2'), ...RE_QUOTE.test(raw ?? '') && { quoted: true }, offset })
    end = RE_WORD.lastIndex
  }
  const close = /^\s*\}/.exec(info.slice(end))
  const closed = !openQuote && !!close
  return { words, closed, end: closed ? end + close[0].length : info.length }
}
