import type { Page } from 'playwright-chromium'

/** What the last row must be able to read, in px of the 980 px wide canvas. */
const SMALLEST = { result: 20, other: 16 }

/** A text of the slide that a reader sees. */
export interface SeenText {
  text: string
  element: Element
  /** Its lines, as they are painted. */
  lines: DOMRect[]
  /** px of the canvas. */
  size: number
  /** The screen of a step that it stands on. */
  screen: Element | null
}

/** What of a slide can be measured; stands in the page as `kbCanvas` once {@link measure} has run. */
export interface Canvas {
  slide: HTMLElement
  box: DOMRect
  /** How much larger than the canvas it is shown. */
  scale: number
  texts: SeenText[]
}

declare global {
  // eslint-disable-next-line vars-on-top
  var kbCanvas: (slide?: HTMLElement) => Canvas
}

/**
 * Lets functions that run in `page` measure a slide, by default the one that is shown, or the step that lies over it.
 */
export async function measure(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.evaluate(() => {
    globalThis.kbCanvas = (slide = ['.kb-overlay', '.slidev-page'].map(shown => [...document.querySelectorAll<HTMLElement>(shown)].find(element => element.checkVisibility())).find(Boolean)!) => {
      const box = slide.getBoundingClientRect()
      const scale = box.width / slide.offsetWidth

      /** How much the elements between this one and the slide enlarge it. */
      function scaleOf(element: Element): number {
        let factor = 1
        for (let at: Element = element; at !== slide; at = at.parentElement!) {
          const style = getComputedStyle(at)
          factor
            *= new DOMMatrix(style.transform).a
              * (Number.parseFloat(style.scale) || 1)
              * (Number.parseFloat(style.zoom) || 1)
        }
        return factor
      }

      function sizeOf(element: Element): number {
        const size = Number.parseFloat(getComputedStyle(element).fontSize)
        return element instanceof SVGGraphicsElement
          ? (size * element.getScreenCTM()!.a) / scale
          : size * scaleOf(element)
      }

      /** Whether a line of output lies before or behind what its screen shows. */
      function isScrolledOut(element: Element, rect: DOMRect): boolean {
        const box = element.closest('.kb-line') && element.closest('.kb-screen')?.getBoundingClientRect()
        return Boolean(box) && (rect.bottom <= box!.top + 1 || rect.top >= box!.bottom - 1)
      }

      /** Whether a reader sees it: text alternatives stand in boxes of one pixel. */
      function isSeen(element: Element, rect: DOMRect): boolean {
        return rect.width > 1 && rect.height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('[class*="sr-only"], title, desc')
          && !getComputedStyle(element).clipPath.startsWith('inset(50%') && !isScrolledOut(element, rect)
      }

      const texts: SeenText[] = []
      const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement!
        const text = node.textContent!.trim()
        const range = document.createRange()
        range.selectNodeContents(node)
        const lines = [...range.getClientRects()]
        // A line of text may be drawn on a scaled line of its own: what counts is what is seen.
        if (text && isSeen(element, range.getBoundingClientRect()))
          texts.push({ text, element, lines, size: sizeOf(element.closest('svg text') ?? element), screen: element.closest('.kb-screen-box, .kb-xterm-box') })
      }
      return { slide, box, scale, texts }
    }
  })
}

/**
 * What is wrong with the slide that `page` shows now: text that is too small to read, that lies outside the canvas,
 * lines of a screen that are cut through, or code that is cut off. Results, the screens of steps, count as larger than
 * all other text.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  await measure(page)
  return page.evaluate(({ result, other }) => {
    const { slide, box: canvas, scale, texts } = kbCanvas()
    const faults = new Set<string>()
    const px = (n: number): number => Math.round(n * 10) / 10
    for (const { text, element, lines, size, screen } of texts) {
      const label = JSON.stringify(text.slice(0, 40))
      const least = screen && !element.closest('.kb-hint') ? result : other
      if (size < least - 0.1)
        faults.add(`${label} is ${px(size)} px, less than ${least}`)
      // A screen shows what fits of it, the last lines first; an ellipsis stands for what its box has no room for.
      const box = screen ?? (getComputedStyle(element).textOverflow === 'ellipsis' ? element : undefined)
      const out = Math.max(
        ...(box ? [box.getBoundingClientRect()] : lines).map(
          line =>
            Math.max(
              canvas.left - line.left,
              canvas.top - line.top,
              line.right - canvas.right,
              line.bottom - canvas.bottom,
            ) / scale,
        ),
      )
      if (out > 1)
        faults.add(`${label} lies ${px(out)} px outside the canvas`)
    }
    for (const line of slide.querySelectorAll('.kb-screen .kb-line')) {
      const [own, ...clips] = [line, line.closest('.kb-screen')!, line.closest('.kb-screen-box')!].map(element => element.getBoundingClientRect())
      const seen
        = Math.min(own!.bottom, ...clips.map(clip => clip.bottom)) - Math.max(own!.top, ...clips.map(clip => clip.top))
      if (line.checkVisibility() && seen > scale && seen < own!.height - scale)
        faults.add(`${JSON.stringify(line.textContent!.trim().slice(0, 40))} is cut through: ${px(seen / scale)} of ${px(own!.height / scale)} px are seen`)
    }
    for (const code of slide.querySelectorAll<HTMLElement>('.kb-code pre, pre.shiki')) {
      const wrapped = [...code.querySelectorAll('.line')].find(line => line.getBoundingClientRect().height > 1.5 * (line.getClientRects()[0]?.height ?? Infinity))
      if (code.checkVisibility() && (wrapped || code.scrollWidth > code.clientWidth + 1))
        faults.add(`code of ${code.scrollWidth} px in a box of ${code.clientWidth}: ${JSON.stringify((wrapped ?? code).textContent!.trim().slice(0, 40))}`)
    }
    return [...faults]
  }, SMALLEST)
}
