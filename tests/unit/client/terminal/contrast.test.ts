import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readable } from '../../../../client/terminal/contrast.ts'
import { spanStyle } from '../../../../client/terminal/marks.ts'

const css = readFileSync('client/theme.css', 'utf8')
const light = variables(css.slice(0, css.indexOf('html.dark')))
const themes = { light, dark: { ...light, ...variables(css.slice(css.indexOf('html.dark'))) } }
const NAMES = Array.from({ length: 16 }, (_, i) => `ansi-${i}`)

function variables(text: string): Record<string, string> {
  const found = [...text.matchAll(/--kb-((?:ansi|screen)-\w+): (#\w+);/g)]
  return Object.fromEntries(found.map(([, name, value]) => [name!, value!.length === 4 ? value!.replace(/\w/g, '$&$&') : value!]))
}

/** The contrast of WCAG 2. */
function contrast(a: string, b: string): number {
  const [high, low] = [a, b].map((color) => {
    const [red, green, blue] = color.match(/\w\w/g)!.map((part) => {
      const value = Number.parseInt(part, 16) / 255
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! + 0.05
  }).sort((x, y) => y - x)
  return high! / low!
}

describe.each(Object.entries(themes))('in the %s theme', (_, palette) => {
  const valueOf = (color: string | undefined, own: string): string => color?.startsWith('#') ? color : palette[color?.slice('var(--kb-'.length, -1) ?? own]!

  it('is every colour of text readable on every colour', () => {
    const pale: string[] = []
    for (const bg of [undefined, ...NAMES]) {
      for (const fg of [undefined, ...NAMES]) {
        for (const inverse of [false, true]) {
          const { color, backgroundColor } = spanStyle({ text: 'x', fg, bg, inverse }, palette)
          const ratio = contrast(valueOf(color, 'screen-fg'), valueOf(backgroundColor, 'screen-bg'))
          if (ratio < 4.5)
            pale.push(`${fg} on ${bg}${inverse ? ' inverse' : ''}: ${ratio.toFixed(2)}`)
        }
      }
    }
    expect(pale).toEqual([])
  })
})

it('leaves what can be read as the theme has it', () => {
  expect(spanStyle({ text: 'x', fg: 'ansi-2' }, light)).toEqual({ color: 'var(--kb-ansi-2)', backgroundColor: undefined })
})

it('turns towards the end that is far enough', () => {
  expect(readable('#777777', '#808080')).toMatch(/^#[01]/)
  expect(contrast(readable('rgb(200 0 0)', '#ff0000'), '#ff0000')).toBeGreaterThan(4.5)
})
