import type { Drawings } from './deck.ts'
import { join, resolve } from 'node:path'
import { parseAspectRatio } from '@slidev/parser/utils'
import { isWithin } from './workspace.ts'

interface Headmatter { drawings?: unknown, canvasWidth?: unknown, aspectRatio?: unknown }

/** The width of a canvas in Slidev, in px. */
const WIDTH = 980

/**
 * Where the deck `name` in the folder `dir` keeps what is drawn on its slides, by Slidev's `drawings.persist`;
 * undefined where it keeps nothing, or names a place outside of its folder.
 */
export function drawingsOf(headmatter: Headmatter, dir: string, name: string): Drawings | undefined {
  const { persist } = (headmatter.drawings ?? {}) as { persist?: unknown }
  const place = resolve(dir, typeof persist === 'string' ? persist : join('.slidev', 'drawings', name))
  if (!persist || !isWithin(place, dir))
    return undefined
  const width = Number(headmatter.canvasWidth) || WIDTH
  return { dir: place, width, height: Math.round(width / ratioOf(headmatter.aspectRatio)) }
}

function ratioOf(ratio: unknown): number {
  try {
    return parseAspectRatio(ratio as string) || 16 / 9
  }
  catch {
    return 16 / 9
  }
}
