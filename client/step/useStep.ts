import type { StepClient } from './stepClient.ts'
import { useNav } from '@slidev/client'
import { useIntervalFn } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch, watchEffect } from 'vue'
import { isServed } from '../deckInfo.ts'
import { useClient } from '../useClient.ts'
import { createStepClient } from './stepClient.ts'

/** How often the time of a run goes on, in ms. */
const TICK = 100

/** The reactive state of one step, for any component. */
export function useStep(id: string): StepClient {
  const client = useClient()
  const printing = useNav().isPrintMode.value
  const now = shallowRef(Date.now())
  const step = createStepClient(id, client, { printing, now })
  // Where nothing can run live, the first thing to see is the result.
  watchEffect(() => {
    if (printing || !isServed(client.deck.flavour))
      void step.session.value.preview?.(id).catch(() => {})
  })
  const { pause, resume } = useIntervalFn(() => (now.value = Date.now()), TICK, {
    immediate: false,
    immediateCallback: true,
  })
  watch(() => step.active.value && !printing, busy => busy ? resume() : pause(), { immediate: true })
  onScopeDispose(() => {
    if (client.again.current.value?.step === id && !document.querySelector(`[data-kb-step="${id}"]`))
      client.again.end()
  })
  return step
}
