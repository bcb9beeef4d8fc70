import type { ComputedRef, ShallowRef } from 'vue'
import type { ScrollStep } from './scrollKeys.ts'
import { useIsSlideActive } from '@slidev/client'
import { computed, nextTick, onBeforeUnmount, onMounted, shallowRef, watch } from 'vue'
import { answerScrollKeys } from './scrollKeys.ts'

/** Rows drawn beyond those that are seen, so that a flick shows no gap. */
const SPARE = 10

export interface ScrollOptions {
  element: Readonly<ShallowRef<HTMLElement | null>>
  /** How many rows there are. */
  total: () => number
  /** How many of them have gone up out of the screen for good. */
  gone: () => number
  /** How many of them are seen at once. */
  room: () => number
  /** The height of a row, in px of the canvas. */
  rowHeight: () => number
}

/** A place in many rows, of which only those around it are drawn. */
export interface Scroll {
  scrolls: ComputedRef<boolean>
  /** The first row to draw, and the one behind the last. */
  from: ComputedRef<number>
  to: ComputedRef<number>
  /** How many rows lie below what is seen. */
  below: ComputedRef<number>
  onScroll: () => void
  scroll: (step: ScrollStep) => void
}

/** Follows the end of its rows until somebody scrolls up, and again from when they are back there. */
export function useScroll({ element, total, gone, room, rowHeight }: ScrollOptions): Scroll {
  const onSlide = useIsSlideActive()
  /** The first row that is seen; undefined at the end. */
  const first = shallowRef<number>()
  const scrolls = computed(() => total() > room())
  const last = computed(() => Math.max(0, total() - room()))
  const top = computed(() => Math.min(first.value ?? last.value, last.value))

  function toEnd(): void {
    if (element.value && first.value === undefined)
      element.value.scrollTop = element.value.scrollHeight
  }

  function onScroll(): void {
    const box = element.value
    if (!box)
      return
    const atEnd = box.scrollHeight - box.clientHeight - box.scrollTop < rowHeight() / 2
    first.value = atEnd ? undefined : Math.floor(box.scrollTop / rowHeight() + 0.01)
  }

  function scroll(step: ScrollStep): void {
    const page = Math.max(1, room() - 1)
    const row = { 'page-up': top.value - page, 'page-down': top.value + page, 'start': 0, 'end': last.value }[step]
    first.value = row >= last.value ? undefined : Math.max(0, row)
    void nextTick(() => element.value && (element.value.scrollTop = (first.value ?? total()) * rowHeight()))
  }

  // A new run, or a cleared screen, begins at its end; a line that is drawn over is neither.
  watch(gone, (now, before) => now < before && (first.value = undefined))
  watch(scrolls, now => !now && (first.value = undefined))
  watch([total, room, rowHeight], toEnd, { flush: 'post' })
  let ends: (() => void) | undefined
  onMounted(() => {
    toEnd()
    ends = answerScrollKeys({
      element: () => element.value,
      scrolls: () => scrolls.value && onSlide.value,
      isBack: () => first.value !== undefined,
      scroll,
    })
  })
  onBeforeUnmount(() => ends?.())

  return {
    scrolls,
    from: computed(() => Math.max(0, top.value - SPARE)),
    to: computed(() => Math.min(total(), top.value + room() + SPARE)),
    below: computed(() => last.value - top.value),
    onScroll,
    scroll,
  }
}
