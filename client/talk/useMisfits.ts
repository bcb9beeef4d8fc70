import type { ShallowRef } from 'vue'
import { useNav } from '@slidev/client'
import { useIntervalFn } from '@vueuse/core'
import { shallowRef } from 'vue'
import { overhangOf } from '../overhang.ts'

/** A slide that its steps or views do not fit on, and how many px of the canvas lie below its edge. */
export interface Misfit { slide: number, px: number }

/** How often it is looked whether all slides are there, in ms. */
const PAUSE = 2000

/** The slides that do not fit, as far as they are loaded; known before the first of them is shown. */
export function useMisfits(): { misfits: Readonly<ShallowRef<Misfit[]>>, look: () => void } {
  const { total } = useNav()
  const misfits = shallowRef<Misfit[]>([])

  function look(): void {
    const pages = [...document.querySelectorAll<HTMLElement>('#slideshow > [data-slidev-no]')]
    misfits.value = pages
      .map(page => ({ slide: Number(page.dataset.slidevNo), px: unseen(page, () => overhangOf(page)) }))
      .filter(({ px }) => px)
      .sort((a, b) => a.slide - b.slide)
    if (pages.length >= total.value && !document.querySelector('#slideshow .slidev-slide-loading'))
      pause()
  }

  const { pause } = useIntervalFn(look, PAUSE)
  return { misfits, look }
}

/** Measures a page that may be away: it comes and goes within one task, so that nobody sees it. */
function unseen<T>(page: HTMLElement, measure: () => T): T {
  const { display, visibility } = page.style
  if (display !== 'none')
    return measure()
  Object.assign(page.style, { display: '', visibility: 'hidden' })
  const measured = measure()
  Object.assign(page.style, { display, visibility })
  return measured
}
