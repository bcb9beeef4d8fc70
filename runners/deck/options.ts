import type { Word } from './info.ts'
import { parseDuration } from '../protocol/headmatter.ts'
import { suggestion } from '../protocol/suggest.ts'
import { parseCondition, parseMark, parseMoments } from './conditions.ts'
import { parseBy, parseRate } from './formats/request.ts'

/** `offset` counts within the info string. */
export type Report = (offset: number, code: string, message: string, hint?: string) => void

/** How the value of an option is read, where it is more than a text; each throws RangeError with what is wrong. */
const READERS = {
  until: parseCondition,
  expect: parseCondition,
  mark: parseMark,
  print: parseMoments,
  timeout: duration,
  on: oneOf('click', 'next', 'enter'),
  fallback: oneOf('ask', 'auto', 'off'),
  enter: oneOf('yes', 'no'),
  rows: integer(200),
  cols: integer(500),
  repeat: integer(10_000),
  rate: parseRate,
  by: parseBy,
} satisfies Record<string, (value: string) => unknown>

type ReadKey = keyof typeof READERS
type Value<K extends ReadKey> = ReturnType<typeof READERS[K]>

/** The options of one fence; of an option that stands twice, the last counts. */
export interface Options {
  has: (key: string) => boolean
  text: (key: string) => string | undefined
  /** The items of a list, each without the blanks around it. */
  list: (key: string) => string[]
  /** The value as it is read; undefined where it is missing, or wrong and reported. */
  value: <K extends ReadKey>(key: K) => Value<K> | undefined
  /** All values of an option that may repeat; wrong ones are reported and left out. */
  values: <K extends ReadKey>(key: K) => Value<K>[]
  /** The word of an option, to report on. */
  word: (key: string) => Word | undefined
}

/** A regular expression without its end. */
const RE_CUT = /^(?:match=)?\/(?:\\.|[^/\\])*$/

/** Reads the options of a fence; what is wrong with a value is reported where that value stands. */
export function readOptions(words: Word[], report: Report): Options {
  const word = (key: string): Word | undefined => words.findLast(own => own.key === key)
  const text = (key: string): string | undefined => word(key)?.value
  function read<K extends ReadKey>(key: K, { value = '', quoted, offset }: Word): Value<K>[] {
    try {
      return [READERS[key](value) as Value<K>]
    }
    catch (error) {
      const cut = !quoted && RE_CUT.test(value)
      const message = cut ? `${value} has no end: a value ends at the first space or }` : (error as Error).message
      report(offset, 'bad-value', `${key}: ${message}`, cut ? `Put it in quotes: ${key}="${key === 'mark' ? '' : 'match='}/…/".` : undefined)
      return []
    }
  }
  return {
    word,
    text,
    has: key => word(key) !== undefined,
    list: key => text(key)?.split(',').map(item => item.trim()).filter(Boolean) ?? [],
    value: key => [word(key)].flatMap(own => own ? read(key, own) : [])[0],
    values: key => words.filter(own => own.key === key).flatMap(own => read(key, own)),
  }
}

function integer(max: number): (value: string) => number {
  return (value) => {
    if (!/^\d+$/.test(value) || Number(value) < 1 || Number(value) > max)
      throw new RangeError(`${value || 'nothing'} is no number from 1 to ${max}`)
    return Number(value)
  }
}

function duration(value: string): number {
  const ms = parseDuration(value)
  if (!ms)
    throw new RangeError(`${value || 'nothing'} is no duration to wait for: write 500ms, 20s or 2m`)
  return ms
}

function oneOf<const T extends string>(...choices: T[]): (value: string) => T {
  return (value) => {
    if (!(choices as string[]).includes(value))
      throw new RangeError(`${value} is unknown. ${suggestion(value, choices)}`)
    return value as T
  }
}
