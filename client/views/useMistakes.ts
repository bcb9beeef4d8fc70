import type { ComputedRef } from 'vue'
import type { ViewName } from '../../runners/protocol/view.ts'
import { computed } from 'vue'
import { useClient } from '../useClient.ts'
import { useTexts } from '../useTexts.ts'
import { mistakesOf } from './mistakes.ts'

/** Why a view of the deck has nothing to show, whatever runs. */
export function useMistakes(view: ViewName, given: object): ComputedRef<string[]> {
  const texts = useTexts()
  const steps = useClient().deck.steps.map(({ id }) => id)
  return computed(() => mistakesOf(view, given as Record<string, unknown>, steps, texts))
}
