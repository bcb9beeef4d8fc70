import type { Problem } from '../protocol/problem.ts'
import type { Deck } from './deck.ts'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { placeOfItem } from './headmatter.ts'
import { decode } from './text.ts'

/** A variable that `env:` of the headmatter names and that is not set, and the steps that speak of it. */
export interface UnsetName { name: string, steps: string[] }

/** Finds the variables that shells are to see, and that `env` does not have. */
export function unsetNames(
  { settings, steps }: Pick<Deck, 'settings' | 'steps'>,
  env: Record<string, string | undefined>,
): UnsetName[] {
  const names = [...new Set(settings.env)].filter(name => env[name] === undefined)
  return names.map((name) => {
    const word = new RegExp(`\\b${name}\\b`)
    return { name, steps: steps.filter(({ code }) => word.test(code)).map(({ id }) => id) }
  })
}

/** A sentence on a variable that is not set. */
export function unsetSentence({ name, steps }: UnsetName): string {
  return `${name} is not set${steps.length ? `, and ${steps.join(', ')} ${steps.length === 1 ? 'names' : 'name'} it` : ''}`
}

/** Warns of each where the headmatter names it. */
export function unsetProblems(deck: Deck, env: Record<string, string | undefined>): Problem[] {
  const unset = unsetNames(deck, env)
  const markdown = unset.length ? decode(readFileSync(deck.file)).text : ''
  return unset.map(own => ({
    severity: 'warning',
    file: basename(deck.file),
    ...placeOfItem(markdown, 'env', deck.settings.env.indexOf(own.name)),
    code: 'env-unset',
    message: unsetSentence(own),
    hint: `Set it before you start the command: export ${own.name}=…`,
  }))
}
