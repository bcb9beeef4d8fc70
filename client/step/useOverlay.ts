import type { ShallowRef } from 'vue'
import { useIsSlideActive } from '@slidev/client'
import { useEventListener } from '@vueuse/core'
import { onScopeDispose, watch } from 'vue'
import { useSession } from '../session/useSession.ts'
import { useClient } from '../useClient.ts'
import { createOverlay } from './overlay.ts'

/**
 * Whether a step lies over its slide: the same in all windows of this browser and, where the talk has it open,
 * on the audience's own devices. Escape and leaving the slide close it.
 */
export function useOverlay(step: string): { open: Readonly<ShallowRef<boolean>>, show: () => void, hide: () => void } {
  const { over, deck } = useClient()
  const { open, take, set, dispose } = createOverlay(step, { over })
  const onSlide = useIsSlideActive()
  useEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && open.value)
      set(false)
  })
  watch(onSlide, here => here || take(false))
  if (deck.flavour === 'audience') {
    const session = useSession(false)
    watch(() => session.value.pace.value?.over === step, take, { immediate: true })
  }
  onScopeDispose(dispose)
  return { open, show: () => set(true), hide: () => set(false) }
}
