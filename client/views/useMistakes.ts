import type { ComputedRef } from 'vue'
import type { ViewName } from '../../runners/protocol/view.ts'
import { steps } from 'virtual:kamishibai/deck'
import { computed } from 'vue'
import { attributesOf, listOf } from '../../runners/protocol/view.ts'
import { useTexts } from '../useTexts.ts'

/** Why a view has nothing to show, whatever runs: attributes that it lacks, and steps that the deck does not have. */
export function useMistakes(view: ViewName, given: object): ComputedRef<string[]> {
  const texts = useTexts()
  return computed(() => attributesOf(view).flatMap(([name, { required, names }]) => {
    const value = (given as Record<string, unknown>)[name]
    const words = listOf(typeof value === 'string' ? value : undefined)
    if (!words.length)
      return required ? [texts.needsAttribute(`<${view}>`, `${name}="…"`)] : []
    return names === 'steps' ? words.filter(id => !steps.some(step => step.id === id)).map(texts.noStep) : []
  }))
}
