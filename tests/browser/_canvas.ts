import type { Page } from 'playwright-chromium'

/** What the last row must be able to read, in px of the 980 px wide canvas. */
const SMALLEST = { result: 20, other: 16 }

/**
 * What is wrong with the slide that `page` shows now: text that is too small to read, that lies outside the canvas,
 * or code that is cut off. Results, the screens of steps, count as larger than all other text.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(() => document.fonts.ready)
  return page.evaluate(({ result, other }) => {
    const slide = [...document.querySelectorAll<HTMLElement>('.slidev-page')].find(element => element.checkVisibility())!
    const canvas = slide.getBoundingClientRect()
    const scale = canvas.width / slide.offsetWidth
    const faults = new Set<string>()
    const px = (n: number): number => Math.round(n * 10) / 10

    /** How much the elements between this one and the slide enlarge it. */
    function scaleOf(element: Element): number {
      let factor = 1
      for (let at: Element = element; at !== slide; at = at.parentElement!) {
        const style = getComputedStyle(at)
        factor *= new DOMMatrix(style.transform).a * (Number.parseFloat(style.scale) || 1) * (Number.parseFloat(style.zoom) || 1)
      }
      return factor
    }

    function sizeOf(element: Element): number {
      const size = Number.parseFloat(getComputedStyle(element).fontSize)
      if (element instanceof SVGGraphicsElement)
        return size * element.getScreenCTM()!.a / scale
      return size * scaleOf(element)
    }

    /** Whether a reader sees it: text alternatives stand in boxes of one pixel. */
    function isSeen(element: Element, rect: DOMRect): boolean {
      return rect.width > 1 && rect.height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('[class*="sr-only"], title, desc')
        && !getComputedStyle(element).clipPath.startsWith('inset(50%')
    }

    const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement!
      const text = node.textContent!.trim()
      const range = document.createRange()
      range.selectNodeContents(node)
      const rect = range.getBoundingClientRect()
      if (!text || !isSeen(element, rect))
        continue
      const screen = element.closest('.kb-screen-box, .kb-xterm-box')
      const label = JSON.stringify(text.slice(0, 40))
      const least = screen && !element.closest('.kb-hint') ? result : other
      // A line of text may be drawn on a scaled line of its own: what counts is what is seen.
      const size = sizeOf(element.closest('svg text') ?? element)
      if (size < least - 0.1)
        faults.add(`${label} is ${px(size)} px, less than ${least}`)
      // A screen shows what fits of it, the last lines first.
      const box = (screen ?? element).getBoundingClientRect()
      const seen = screen ? box : rect
      const out = Math.max(canvas.left - seen.left, canvas.top - seen.top, seen.right - canvas.right, seen.bottom - canvas.bottom) / scale
      if (out > 1)
        faults.add(`${label} lies ${px(out)} px outside the canvas`)
    }
    for (const code of slide.querySelectorAll<HTMLElement>('.kb-code pre, pre.shiki')) {
      if (code.checkVisibility() && code.scrollWidth > code.clientWidth + 1)
        faults.add(`code of ${code.scrollWidth} px in a box of ${code.clientWidth}: ${JSON.stringify(code.textContent!.trim().slice(0, 40))}`)
    }
    return [...faults]
  }, SMALLEST)
}
