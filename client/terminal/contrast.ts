/** The least contrast of text with what is behind it: WCAG's for text, and xterm's option of the same name. */
export const MINIMUM_CONTRAST = 4.5

/** Red, green and blue from 0 to 255. */
type Rgb = [number, number, number]

/** The colours of the terminals as `#rrggbb`: `ansi-0` … `ansi-15`, `screen-bg` and `screen-fg`. */
export type Palette = Record<string, string>

const RE_HEX = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i
const RE_RGB = /^rgb\((\d+) (\d+) (\d+)\)$/

function parse(color: string): Rgb | undefined {
  const hex = RE_HEX.exec(color)
  const parts = hex ?? RE_RGB.exec(color)
  return parts ? parts.slice(1).map(part => Number.parseInt(part, hex ? 16 : 10)) as Rgb : undefined
}

const toHex = (color: Rgb): string => `#${color.map(part => part.toString(16).padStart(2, '0')).join('')}`

/** The relative luminance of WCAG 2. */
function luminance(color: Rgb): number {
  const [r, g, b] = color.map((part) => {
    const value = part / 255
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** The contrast of two colours by WCAG 2, from 1 to 21. */
function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** Moves `front` a tenth at a time towards black or white until it contrasts, as xterm does. */
function moved(front: Rgb, back: Rgb, limit: 0 | 255): Rgb {
  let color = front
  while (contrast(color, back) < MINIMUM_CONTRAST && color.some(part => part !== limit)) {
    color = color.map(part =>
      limit ? Math.min(255, part + Math.ceil((255 - part) * 0.1)) : part - Math.ceil(part * 0.1),
    ) as Rgb
  }
  return color
}

/** `front` where it can be read on `back`, else the nearest shade of it that can; as `#rrggbb` or `rgb(r g b)`. */
export function readable(front: string, back: string): string {
  const [from, on] = [parse(front), parse(back)]
  if (!from || !on || contrast(from, on) >= MINIMUM_CONTRAST)
    return front
  const darker = luminance(from) < luminance(on)
  const first = moved(from, on, darker ? 0 : 255)
  if (contrast(first, on) >= MINIMUM_CONTRAST)
    return toHex(first)
  const second = moved(from, on, darker ? 255 : 0)
  return toHex(contrast(first, on) > contrast(second, on) ? first : second)
}
