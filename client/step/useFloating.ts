import type { Ref } from 'vue'
import { nextTick, ref, watch } from 'vue'

/**
 * Whether a box that comes up on a slide would push what follows out of it, and so has to lie over the slide's end;
 * judged again when what `beside` returns changes, for that may take room too.
 */
export function useFloating(box: () => HTMLElement | undefined, beside: () => unknown): Ref<boolean> {
  const floating = ref(false)
  watch([box, beside], async ([element]) => {
    floating.value = false
    await nextTick()
    const slide = element?.closest('.slidev-layout')
    floating.value = Boolean(slide && slide.scrollHeight > slide.clientHeight)
  }, { flush: 'post' })
  return floating
}
