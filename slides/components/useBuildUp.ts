import type { ComputedRef } from 'vue'
import { useSlideContext } from '@slidev/client'
import { computed, onMounted, onScopeDispose, shallowRef } from 'vue'

/**
 * A drawing that is built up by clicks: takes the next `clicks` places of the slide's sequence and tells how many
 * of them have passed. On paper all have.
 */
export function useBuildUp(clicks: number): ComputedRef<number> {
  const { $clicksContext } = useSlideContext()
  const offset = shallowRef<ComputedRef<number>>()
  // Once mounted, as Slidev's own clicks are: places are taken in the order in which they stand on the slide.
  onMounted(() => {
    const place = clicks ? $clicksContext.calculateSince('+1', clicks) : null
    if (!place)
      return
    const key = `drawing:${Math.random()}`
    $clicksContext.register(key, place)
    onScopeDispose(() => $clicksContext.unregister(key))
    offset.value = place.currentOffset
  })
  return computed(() => Math.max(0, Math.min(clicks, (offset.value?.value ?? -1) + 1)))
}
