import type { ShallowRef } from 'vue'
import { useResizeObserver } from '@vueuse/core'
import { shallowRef, watch } from 'vue'

/**
 * The least height of a box, in px of the canvas, where what is around it has no height of its own, as a centred slide:
 * what it wants, and no more than the slide has left. Undefined where it shares a height.
 */
export function useNaturalHeight(
  element: Readonly<ShallowRef<HTMLElement | null>>,
  wanted: () => number | undefined,
): ShallowRef<number | undefined> {
  const least = shallowRef<number>()

  function measure(): void {
    const box = element.value
    const slide = slideOf(box)
    const holder = holderOf(box)
    const wish = wanted()
    if (!box?.offsetWidth || !slide || !holder || !wish)
      return
    const before = box.style.minHeight
    const heightWith = (px: number | undefined): number => {
      box.style.minHeight = px === undefined ? '' : `${px}px`
      return holder.offsetHeight
    }
    const loose = heightWith(undefined)
    const low = box.offsetHeight
    const follows = low < wish && heightWith(low + 40) > loose
    heightWith(wish)
    const height = follows ? Math.floor(wish - excessOf(slide)) : 0
    box.style.minHeight = before
    least.value = height > low ? height : undefined
  }

  // What stands above it, as a line of the status, takes of its room.
  useResizeObserver(() => [element.value, holderOf(element.value), slideOf(element.value)], measure)
  watch(wanted, measure, { flush: 'post' })
  return least
}

/** The slide that a box lies on. */
function slideOf(box: HTMLElement | null): HTMLElement | null | undefined {
  return box?.closest<HTMLElement>('.slidev-layout')
}

/** What holds the part of the deck whose box this is. */
function holderOf(box: HTMLElement | null): HTMLElement | null | undefined {
  return box?.closest('.kb-step, .kb-output, .kb-compare, .kb-view')?.parentElement
}

/** How much higher than a slide's room its content is, in px of the canvas. */
function excessOf(slide: HTMLElement): number {
  const css = getComputedStyle(slide)
  const { top, height } = slide.getBoundingClientRect()
  const scale = height / slide.offsetHeight || 1
  const inFlow = [...slide.children].filter(child => !['absolute', 'fixed'].includes(getComputedStyle(child).position))
  const rects = inFlow.map(child => child.getBoundingClientRect()).filter(rect => rect.height)
  const above = Number.parseFloat(css.paddingTop) - (Math.min(...rects.map(rect => rect.top)) - top) / scale
  const below
    = (Math.max(...rects.map(rect => rect.bottom)) - top) / scale
      - (slide.offsetHeight - Number.parseFloat(css.paddingBottom))
  return Math.max(0, above) + Math.max(0, below)
}
