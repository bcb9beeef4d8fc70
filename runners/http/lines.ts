import type { Answer } from './send.ts'
import type { Words } from './words.ts'
import { wordsOf } from './words.ts'

/** ANSI colours of the three kinds of end: good, a redirect or nothing of note, bad. */
const GREEN = '\x1B[32m'
const YELLOW = '\x1B[33m'
const RED = '\x1B[31m'
const OFF = '\x1B[0m'
const LONGEST_WORD = 60

/** What stands in the line of one request. */
export interface Line {
  n: number
  /** Number of requests in all: the columns of all lines are as wide as the widest. */
  of: number
  /** 0 without an answer. */
  status: number
  /** The reason phrase, or why there is no answer. */
  text: string
  ms: number
  /** Who answered, or what was asked. */
  note?: string
}

/** `#1  200 OK  4 ms  hello-abc`, with the status in colour. */
export function formatLine({ n, of, status, text, ms, note }: Line): string {
  const color = !status || status >= 400 ? RED : status >= 300 ? YELLOW : GREEN
  const word = [status || '', text].filter(Boolean).join(' ')
  return `${`#${n}`.padEnd(String(of).length + 1)}  ${color}${word}${OFF}  ${`${Math.max(1, Math.round(ms))} ms`.padStart(of > 1 ? 6 : 0)}${note ? `  ${printable(note).slice(0, LONGEST_WORD)}` : ''}\r\n`
}

/** How often each answered, the most frequent first, a line each. */
export function formatCounts(counts: Map<string, number>): string {
  const width = String(Math.max(...counts.values())).length
  return [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${String(count).padStart(width)} × ${printable(name).slice(0, LONGEST_WORD)}\r\n`).join('')
}

/** A body as it can stand on a slide: text as text, everything else as a size. */
export function formatBody(
  { body, length, cut }: Pick<Answer, 'body' | 'length' | 'cut'>,
  words: Words = wordsOf('en'),
): string {
  if (!length)
    return ''
  const text = toText(body, length > body.length)
  if (text === undefined)
    return `${words.noText(length)}\r\n`
  const more = length - body.length
  const shown = printable(text).replace(/\n$/, '').replace(/\n/g, '\r\n')
  return `${shown}\r\n${more ? `${words.more(more, cut)}\r\n` : ''}`
}

/** UTF-8 without what only binary files hold; undefined otherwise. A body that is cut may end within a character. */
function toText(body: Buffer, cut: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: cut })
    return text.includes('\0') ? undefined : text
  }
  catch {
    return undefined
  }
}

/** An answer is no output of a terminal: its control characters are shown, not obeyed. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\r\n/g, '\n').replace(/[\0-\x08\v-\x1F]/g, c => `^${String.fromCharCode(c.charCodeAt(0) + 64)}`).replace(/[\x7F-\x9F]/g, '\uFFFD')
}
