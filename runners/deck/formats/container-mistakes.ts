import type { Document, LineCounter } from 'yaml'
import type { z } from 'zod'
import type { YamlMistake } from './yaml-mistakes.ts'
import { nearest } from '../../protocol/suggest.ts'
import { keyOffset, placeIn, valueOffset } from './yaml-mistakes.ts'

type Issue = z.core.$ZodIssue

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of keys',
}

/**
 * What the schema of a container found, in words, each at its place; `hintFor` says what may stand for an unknown key.
 */
export function containerMistakes(
  issues: Issue[],
  document: Document,
  counter: LineCounter,
  hintFor: (key: string, path: PropertyKey[]) => string,
): YamlMistake[] {
  const unknown = issues.flatMap(issue => (issue.code === 'unrecognized_keys' ? issue.keys : []))
  return issues.flatMap((issue): YamlMistake[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => ({
        ...placeIn(counter, keyOffset(document, [...issue.path, key])),
        message: `unknown key ${key}`,
        hint: hintFor(key, issue.path),
      }))
    }
    const { path, message, hint } = sentenceOf(issue, document)
    const key = String(path.at(-1))
    // What is missing is there, under a name that is almost its own.
    if (message.endsWith('is missing') && unknown.some(word => nearest(word, [key])))
      return []
    return [{ ...placeIn(counter, valueOffset(document, path)), message, ...(hint && { hint }) }]
  })
}

function sentenceOf(issue: Issue, document: Document): { path: PropertyKey[], message: string, hint?: string } {
  const { path } = issue
  const name = path.join('.')
  if (!name)
    return { path, message: 'this is no container', hint: 'Write keys of a Compose service, image among them.' }
  const value = document.getIn(path)
  if (value === undefined)
    return { path, message: `${name} is missing` }
  if (value === null || value === '')
    return { path, message: `${name} is empty` }
  // The form that was meant is the one whose mistake lies deepest.
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().find(error => error.path.length) : undefined
  if (inner)
    return sentenceOf({ ...inner, path: [...path, ...inner.path] }, document)
  const kinds = kindsOf(issue)
  if (kinds.length) {
    const [only, ...others] = new Set(kinds)
    return { path, message: `${name} takes ${[only, ...others].join(' or ')}`, ...typeof value !== 'object' && { hint: hintOf(kinds, value) } }
  }
  return { path, message: issue.code === 'too_small' ? `${name} is to be more than ${issue.minimum}` : `${name}: ${issue.message}` }
}

/** How a single value is written as what is wanted. */
function hintOf(kinds: string[], value: unknown): string | undefined {
  const quoted = JSON.stringify(String(value))
  if (kinds.includes(KINDS.string!))
    return `Put it in quotes: ${quoted}.`
  return kinds.includes(KINDS.array!) ? `Write it as a list: [${quoted}].` : undefined
}

/** The kinds of value that are wanted, where it is the kind that is wrong. */
function kindsOf(issue: Issue): string[] {
  if (issue.code === 'invalid_type')
    return [KINDS[issue.expected] ?? issue.expected]
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap(kindsOf) : []
}
