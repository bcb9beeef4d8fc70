import type { ShallowRef } from 'vue'
import { shallowRef, watch } from 'vue'

/** The size of an element's content in px of the canvas, as it changes. */
export function useBox(element: Readonly<ShallowRef<HTMLElement | null>>): ShallowRef<{ width: number, height: number }> {
  const size = shallowRef({ width: 0, height: 0 })
  watch(element, (box, _, onCleanup) => {
    if (!box)
      return
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect
      size.value = { width, height }
    })
    observer.observe(box)
    onCleanup(() => observer.disconnect())
  }, { immediate: true })
  return size
}
