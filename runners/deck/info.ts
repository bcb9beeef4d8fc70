import { VERBS } from '../protocol/step.ts'
import { distance } from '../protocol/suggest.ts'
import { ALL_OPTIONS } from './verbs.ts'

/** One word of a brace: `key=value`, or a bare `key`; offsets count from the start of the info string. */
export interface Word { key: string, value?: string, quoted?: boolean, offset: number }

/** The info string of a fence that may be ours. */
export interface Info { lang: string, words: Word[], offset: number, closed: boolean }

const RE_WORD = /\s*([^\s=}"']+)(?:=("[^"]*"|'[^']*'|[^\s}]*))?/y
const RE_QUOTE = /^["']/
/** First words of Slidev's own braces that lie one edit from a verb of ours, or look so. */
const SLIDEV_WORDS = /^(?:monaco|all|none|hide|lines|maxHeight|at|startLine|wrap)\b|^[\d*|,{]/i

/**
 * Reads `lang {verb key=value …}`; undefined where the brace is Slidev's.
 * A brace is ours if its first word is a verb, is one edit from a verb, or if it holds one of our `key=`.
 */
export function parseInfo(info: string): Info | undefined {
  const brace = info.indexOf('{')
  if (brace < 0)
    return undefined
  const lang = info.slice(0, brace).trim()
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
  const closed = !openQuote && /^\s*\}/.test(info.slice(end))
  const first = words[0]?.key ?? ''
  if (SLIDEV_WORDS.test(info.slice(brace + 1).trimStart()))
    return undefined
  const verb = VERBS.some(v => first === v || (first.length > 2 && distance(first, v) === 1))
  const ours = verb || words.some(word => word.value !== undefined && ALL_OPTIONS.has(word.key as never))
  return ours && !lang.includes(' ') ? { lang, words, offset: brace, closed } : undefined
}
