import type { ShallowRef } from 'vue'
import { useResizeObserver } from '@vueuse/core'
import { shallowRef } from 'vue'

/** The size of an element's content in px of the canvas, as it changes. */
export function useBox(
  element: Readonly<ShallowRef<HTMLElement | null>>,
): ShallowRef<{ width: number, height: number }> {
  const size = shallowRef({ width: 0, height: 0 })
  useResizeObserver(element, ([entry]) => {
    const { width, height } = entry!.contentRect
    size.value = { width, height }
  })
  return size
}
