import type { Page } from 'playwright-chromium'
import { measure } from './_canvas.ts'

/** Texts of the slide that `page` shows now that lie on one another, or that a box cuts off. */
export async function collisionsOf(page: Page): Promise<string[]> {
  await measure(page)
  return page.evaluate(() => {
    const { slide, scale, texts } = kbCanvas()
    const faults = new Set<string>()

    /** What of a line can be seen: boxes around it may clip it. */
    function clipped(element: Element, line: DOMRect): DOMRect {
      let { left, top, right, bottom } = line
      for (let at: Element = element; at !== slide; at = at.parentElement!) {
        const { overflowX, overflowY } = getComputedStyle(at)
        const box = at.getBoundingClientRect()
        if (overflowX !== 'visible' && !(at instanceof SVGElement))
          [left, right] = [Math.max(left, box.left), Math.min(right, box.right)]
        if (overflowY !== 'visible' && !(at instanceof SVGElement))
          [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)]
      }
      return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top))
    }

    // The box of a line holds the space around its letters too: those are as high as the type.
    const lines = texts.flatMap(({ text, element, lines, size, screen }) =>
      lines
        .filter(line => line.width > 1)
        .map((line) => {
          const height = size * scale * 0.86
          const ink = new DOMRect(line.left, line.top + (line.height - height) / 2, line.width, height)
          const seen = clipped(element, ink)
          // An ellipsis says itself that there is more.
          if (
            !screen
            && getComputedStyle(element).textOverflow !== 'ellipsis'
            && (seen.width < ink.width - 2 * scale || seen.height < ink.height - 2 * scale)
          ) {
            faults.add(`${JSON.stringify(text.slice(0, 40))} is cut off`)
          }
          return { text, element, ink: seen }
        }),
    )
    lines.forEach((a, i) => {
      for (const b of lines.slice(i + 1)) {
        // What an ellipsis stands for is reported at its place.
        if (a.element === b.element && getComputedStyle(a.element).textOverflow === 'ellipsis')
          continue
        const wide = Math.min(a.ink.right, b.ink.right) - Math.max(a.ink.left, b.ink.left)
        const high = Math.min(a.ink.bottom, b.ink.bottom) - Math.max(a.ink.top, b.ink.top)
        if (wide > 2 * scale && high > 2 * scale)
          faults.add(`${JSON.stringify(a.text.slice(0, 30))} and ${JSON.stringify(b.text.slice(0, 30))} lie on one another`)
      }
    })
    return [...faults]
  })
}

/** Texts of the slide that `page` shows now whose contrast is below WCAG 2.2 AA: 4.5, or 3 where the type is large. */
export async function paleOf(page: Page): Promise<string[]> {
  await measure(page)
  return page.evaluate(() => {
    type Color = [r: number, g: number, b: number, a: number]
    const { slide, texts } = kbCanvas()
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
    const known = new Map<string, Color>()
    const faults = new Set<string>()

    function toColor(css: string): Color {
      let color = known.get(css)
      if (!color) {
        context.clearRect(0, 0, 1, 1)
        context.fillStyle = css
        context.fillRect(0, 0, 1, 1)
        const [r = 0, g = 0, b = 0, a = 0] = context.getImageData(0, 0, 1, 1).data
        known.set(css, color = [r, g, b, a / 255])
      }
      return color
    }

    const over = (below: Color, [r, g, b, a]: Color): Color => [
      below[0] + (r - below[0]) * a,
      below[1] + (g - below[1]) * a,
      below[2] + (b - below[2]) * a,
      1,
    ]

    function opacityOf(element: Element): number {
      let opacity = 1
      for (let at: Element | null = element; at && at !== slide; at = at.parentElement)
        opacity *= Number.parseFloat(getComputedStyle(at).opacity)
      return opacity
    }

    /** What an element lays over what is below it; text lays nothing. */
    function paintOf(element: Element): Color {
      const style = getComputedStyle(element)
      const svg = element instanceof SVGGeometryElement
      const [r, g, b, a] = toColor(svg ? style.fill : element instanceof SVGElement ? 'transparent' : style.backgroundColor)
      return [r, g, b, a * (svg ? Number.parseFloat(style.fillOpacity) : 1) * opacityOf(element)]
    }

    const light = ([r, g, b]: Color): number => {
      const [x, y, z] = [r, g, b].map(c =>
        c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
      ) as [number, number, number]
      return 0.2126 * x + 0.7152 * y + 0.0722 * z
    }

    for (const { text, element, lines, size } of texts) {
      const style = getComputedStyle(element)
      const [r, g, b, a] = toColor(element instanceof SVGElement ? style.fill : style.color)
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      for (const line of lines.filter(rect => rect.width > 1)) {
        const stack = document.elementsFromPoint(line.left + line.width / 2, line.top + line.height / 2)
        if (!stack.length)
          continue
        const below = stack.reverse().map(paintOf).reduce(over, [255, 255, 255, 1])
        const [dark, bright] = [light(below), light(over(below, [r, g, b, a * opacityOf(element)]))].sort(
          (x, y) => x - y,
        ) as [number, number]
        const contrast = (bright + 0.05) / (dark + 0.05)
        if (contrast < (large ? 3 : 4.5) - 0.05)
          faults.add(`${JSON.stringify(text.slice(0, 40))} has a contrast of ${contrast.toFixed(1)}`)
      }
    }
    return [...faults]
  })
}

/** Drawings and pictures of the slide that `page` shows now that say nothing to a reader who does not see them. */
export async function silentOf(page: Page): Promise<string[]> {
  await measure(page)
  return page.evaluate(() => {
    const { slide } = kbCanvas()
    const says = (element: Element): boolean => !!element.closest('[aria-hidden="true"], [role="img"][aria-label], [role="group"][aria-label], button') || !!element.querySelector(':scope > title')
    return [...slide.querySelectorAll('svg, img, canvas')]
      .filter(element => element.checkVisibility() && !says(element) && !element.getAttribute('alt'))
      .map(element => `a drawing without a text: ${element.outerHTML.slice(0, 80)}`)
  })
}

/** Lines of the slide that `page` shows now that begin with a small kana, a mark that ends something, or a particle. */
export async function orphansOf(page: Page): Promise<string[]> {
  await measure(page)
  return page.evaluate(() => {
    const { texts } = kbCanvas()
    const words = new Intl.Segmenter('ja', { granularity: 'word' })
    const particles = new Set([...'はがをにでとものへや', 'から', 'まで', 'より'])
    const faults = new Set<string>()
    for (const { element, screen } of texts) {
      if (screen || element.closest('pre, svg'))
        continue
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE)
          continue
        const text = node.textContent!
        const topAt = (i: number): number => {
          const range = document.createRange()
          range.setStart(node, i)
          range.setEnd(node, i + 1)
          return range.getBoundingClientRect().top
        }
        for (const { segment, index } of words.segment(text)) {
          const broken = index > 0 && segment.trim() && topAt(index) > topAt(index - 1) + 4
          if (broken && (particles.has(segment) || /^[ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮー、。」）？！]/.test(segment)))
            faults.add(`a line begins with ${segment}: ${text.slice(Math.max(0, index - 10), index + 10)}`)
        }
      }
    }
    return [...faults]
  })
}

/** Buttons of the slide that `page` shows now that a mouse cannot reach: something else lies over them. */
export async function coveredOf(page: Page): Promise<string[]> {
  await measure(page)
  return page.evaluate(() => [...kbCanvas().slide.querySelectorAll('button:enabled')].filter(button => button.checkVisibility()).flatMap((button) => {
    const { left, top, width, height } = button.getBoundingClientRect()
    const hit = document.elementFromPoint(left + width / 2, top + height / 2)
    return button.contains(hit) ? [] : [`the button ${JSON.stringify(button.textContent.trim())} lies under something else`]
  }))
}
