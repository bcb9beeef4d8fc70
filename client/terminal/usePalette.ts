import type { ShallowRef } from 'vue'
import type { Palette } from './contrast.ts'
import { useMutationObserver } from '@vueuse/core'
import { shallowRef } from 'vue'

const NAMES = ['screen-bg', 'screen-fg', ...Array.from({ length: 16 }, (_, i) => `ansi-${i}`)]

/** The deck's colours of terminals, whatever form its style writes them in, as `#rrggbb`. */
function readPalette(): Palette {
  const css = getComputedStyle(document.documentElement)
  const canvas = document.createElement('canvas').getContext('2d')!
  return Object.fromEntries(NAMES.map((name) => {
    canvas.fillStyle = css.getPropertyValue(`--kb-${name}`).trim()
    return [name, canvas.fillStyle as string]
  }))
}

/** The colours of terminals as the page has them, light or dark. */
export function usePalette(): Readonly<ShallowRef<Palette>> {
  const palette = shallowRef(readPalette())
  useMutationObserver(document.documentElement, () => (palette.value = readPalette()), { attributeFilter: ['class'] })
  return palette
}
