import type { SlideRoute } from '@slidev/types'
import { overhangOf } from '../client/overhang.ts'
import { RELEASE } from './print-paths.ts'

const PAUSE = 50
/** Our own results and views: what else waits is Slidev's, which gives up where it never comes. */
const OURS = '[data-waitfor=".kb-ready"]'

/** All that is to be printed stands on the page. What a deck does not display is not waited for. */
function isPrintable(): boolean {
  return (
    !!document.querySelector('[data-slidev-no]')
    && !document.querySelector('.slidev-slide-loading')
    && [...document.querySelectorAll(OURS)].every(part => !part.checkVisibility() || part.querySelector('.kb-ready'))
  )
}

/** How far steps and views reach below the edge of their slides, in px of the canvas, by the slide's number. */
function overhangs(): Record<string, number> {
  const found: Record<string, number> = {}
  for (const slide of document.querySelectorAll<HTMLElement>('[data-slidev-no]')) {
    const no = slide.dataset.slidevNo!
    const px = Math.max(overhangOf(slide), found[no] ?? 0)
    if (px)
      found[no] = px
  }
  return found
}

/** Tells the exporter's server when the page can be printed; until then its request keeps the exporter waiting. */
export async function releaseWhenPrintable(slides: SlideRoute[]): Promise<void> {
  await Promise.all(slides.map(route => route.load()))
  await document.fonts.ready
  // Twice in turn: what a slide mounts may wait for more.
  for (let ready = 0; ready < 2;) {
    await new Promise(resolve => setTimeout(resolve, PAUSE))
    ready = isPrintable() ? ready + 1 : 0
  }
  // All of it is there, and the exporter would wait half a minute for each that is not displayed.
  document.querySelectorAll(OURS).forEach(element => element.removeAttribute('data-waitfor'))
  await fetch(`${RELEASE}?${new URLSearchParams(Object.entries(overhangs()).map(([no, px]) => [no, `${px}`]))}`)
}
