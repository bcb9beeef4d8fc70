import { forbidden, malformed } from './refusal.ts'

/**
 * Checks one value of a body and returns what is sent on in its place, undefined for nothing. `path` is where it
 * stands: `HostConfig.Privileged`.
 */
export type Rule<Context = Asking> = (value: unknown, path: string, context: Context) => unknown

/** What every rule knows of who asks. */
export interface Asking { step: string }

/** Rules by field; what they do not name is refused. */
export type Rules<Context> = Record<string, Rule<Context>>

/** What every engine takes for the field's absence. */
export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === false || value === 0 || value === ''
    || (typeof value === 'object' && Object.keys(value).length === 0)
}

/**
 * An object of which every field has a rule. Names count by the letter: engines read `privileged` as `Privileged`,
 * the guard does not know it. An unknown field that is empty is left out.
 */
export function shape<Context extends Asking>(rules: Rules<Context>): Rule<Context> {
  return async (value, path, context) => {
    if (value === null || value === undefined)
      return undefined
    const entries: [string, unknown][] = []
    for (const [name, field] of Object.entries(asObject(value, path))) {
      const at = path ? `${path}.${name}` : name
      if (Object.hasOwn(rules, name))
        entries.push([name, await rules[name]!(field, at, context)])
      else if (!isEmpty(field))
        throw forbidden(`the field ${at}, which it does not know`, `unguarded:${context.step}`)
    }
    return Object.fromEntries(entries.filter(([, field]) => field !== undefined))
  }
}

/** A field that only its empty value may have; `what` is what it would do. */
export function never(what: string): Rule {
  return (value, path, { step }) => {
    if (!isEmpty(value))
      throw forbidden(`${what} (${path})`, `unguarded:${step}`)
    return undefined
  }
}

function optional<T>(
  check: (value: unknown) => value is T,
  expected: string,
): (value: unknown, path: string) => T | undefined {
  return (value, path) => {
    if (value === null || value === undefined)
      return undefined
    if (!check(value))
      throw malformed(`${path} is not ${expected}`)
    return value
  }
}

/** A text, without the zero byte. */
export const text = optional((value): value is string => typeof value === 'string' && !value.includes('\0'), 'a text')
export const flag = optional(value => typeof value === 'boolean', 'true or false')
export const integer = optional((value): value is number => Number.isSafeInteger(value), 'a whole number')

/** A whole number from 0, where 0 stands for the engine's default; `what` a number below it would do. */
export function count(what: string): Rule {
  return (value, path, { step }) => {
    const number = integer(value, path)
    if (number !== undefined && number < 0)
      throw forbidden(`${what} (${path}: ${number})`, `unguarded:${step}`)
    return number
  }
}

/** One of some texts, or none. */
export function oneOf(what: string, ...allowed: string[]): Rule {
  return (value, path, { step }) => {
    const found = text(value, path)
    if (found && !allowed.includes(found))
      throw forbidden(`${what} ${JSON.stringify(found)} (${path})`, `unguarded:${step}`)
    return found
  }
}

export function list<Context>(rule: Rule<Context>): Rule<Context> {
  return async (value, path, context) => {
    if (value === null || value === undefined)
      return undefined
    if (!Array.isArray(value))
      throw malformed(`${path} is not a list`)
    const checked: unknown[] = []
    for (const [i, item] of value.entries())
      checked.push(await rule(item, `${path}[${i}]`, context))
    return checked
  }
}

/** Any names, each with a value of one kind. */
export function map<Context>(rule: Rule<Context>): Rule<Context> {
  return async (value, path, context) => {
    if (value === null || value === undefined)
      return undefined
    const entries: [string, unknown][] = []
    for (const [name, item] of Object.entries(asObject(value, path)))
      entries.push([name, await rule(item, `${path}.${name}`, context)])
    return Object.fromEntries(entries)
  }
}

export function asObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`${path || 'the body'} is not an object`)
  return value as Record<string, unknown>
}

/** The rule of a command line: older clients write it as one text. */
export const words: Rule = (value, path, context) => typeof value === 'string' ? [text(value, path)] : list(text)(value, path, context)
