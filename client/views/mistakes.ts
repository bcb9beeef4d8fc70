import type { ViewName } from '../../runners/protocol/view.ts'
import type { Texts } from '../texts.ts'
import { attributesOf, listOf } from '../../runners/protocol/view.ts'

/** Why a view has nothing to show, whatever runs: attributes that it lacks, and steps that the deck does not have. */
export function mistakesOf(view: ViewName, given: Record<string, unknown>, steps: string[], texts: Texts): string[] {
  return attributesOf(view).flatMap(([name, { required, names }]) => {
    const value = given[name]
    const words = listOf(typeof value === 'string' ? value : undefined)
    if (!words.length)
      return required ? [texts.needsAttribute(`<${view}>`, `${name}="…"`)] : []
    return names === 'steps' ? words.filter(id => !steps.includes(id)).map(texts.noStep) : []
  })
}
