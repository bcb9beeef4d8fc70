import type { Query } from './target.ts'
import { forbidden, malformed } from './refusal.ts'

/** The parameters of a request that its endpoint knows. */
export interface Params {
  query: Query
  /** The value of a parameter, empty where there is none. */
  one: (name: string) => string
  all: (name: string) => string[]
  /** The query with other values for some parameters. */
  with: (values: Record<string, string>) => Query
}

/** What stands for nothing in a query. */
const EMPTY = new Set(['', '0', 'false', 'null', '[]', '{}'])

/**
 * Checks a query against what its endpoint knows; `name*` may stand many times. An unknown parameter that is empty is
 * left out.
 */
export function checkQuery(query: Query, known: readonly string[], step: string): Params {
  const kept: Query = []
  for (const [name, value] of query) {
    const many = known.includes(`${name}*`)
    if (!many && !known.includes(name)) {
      if (!EMPTY.has(value))
        throw forbidden(`the parameter ${JSON.stringify(name)}, which it does not know here`, `unguarded:${step}`)
      continue
    }
    if (value.includes('\0') || (!many && kept.some(([before]) => before === name)))
      throw malformed(`the parameter ${name} stands there twice, or holds a zero byte`)
    kept.push([name, value])
  }
  return {
    query: kept,
    one: name => kept.find(([key]) => key === name)?.[1] ?? '',
    all: name => kept.filter(([key]) => key === name).map(([, value]) => value),
    with: values => [...kept.filter(([key]) => !Object.hasOwn(values, key)), ...Object.entries(values)],
  }
}

/** Whether a parameter says yes; source: moby `httputils.BoolValue`. */
export function isYes(value: string): boolean {
  return !['', '0', 'no', 'false', 'none'].includes(value.trim().toLowerCase())
}
