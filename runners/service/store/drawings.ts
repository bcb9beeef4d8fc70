import type { Drawings } from '../../deck/deck.ts'
import type { Session } from '../session/session.ts'
import type { WindowsPatch } from '../session/windows.ts'
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isWithin } from '../../deck/workspace.ts'

const RE_DRAWING = /^(\d+)\.svg$/
const RE_SLIDE = /^\d+$/

/**
 * The drawings that a deck keeps, by the number of their slide, from files as Slidev writes them: SVG, whose first and
 * last lines are its tag.
 */
export async function readDrawings({ dir }: Pick<Drawings, 'dir'>): Promise<Record<string, string>> {
  const names = (await readdir(dir).catch(() => [])).filter(name => RE_DRAWING.test(name))
  const entries = await Promise.all(names.map(async (name) => {
    const lines = (await readFile(join(dir, name), 'utf8')).split('\n')
    return [RE_DRAWING.exec(name)![1]!, lines.slice(1, -1).join('\n')] as const
  }))
  return Object.fromEntries(entries)
}

/**
 * Writes the drawings of a change as Slidev does, in no other folder than `deckDir`. A drawing that was wiped is
 * written empty.
 */
export async function writeDrawings(
  deckDir: string,
  { dir, width, height }: Drawings,
  patch: WindowsPatch,
): Promise<void> {
  const drawn = Object.entries(patch).filter(([slide]) => RE_SLIDE.test(slide))
  if (!drawn.length)
    return
  await mkdir(dir, { recursive: true })
  if (!isWithin(await realpath(dir), await realpath(deckDir)))
    return
  const head = `<svg width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">`
  await Promise.all(drawn.map(async ([slide, drawing]) => {
    // Renamed, it takes the place of a link instead of writing to where that leads.
    const draft = join(dir, `.${slide}-${randomUUID()}`)
    await writeFile(draft, `${head}\n${typeof drawing === 'string' ? drawing : ''}\n</svg>`)
    await rename(draft, join(dir, `${slide}.svg`))
  }))
}

/**
 * Writes what is drawn in a talk where the deck keeps it, one change after the other; `onLost` hears what could not
 * be.
 */
export function keepDrawings({ deck, windows }: Pick<Session, 'deck' | 'windows'>, onLost: (error: Error) => void): void {
  const { dir, drawings } = deck
  if (!drawings)
    return
  let written = Promise.resolve()
  windows.subscribe(({ channel, patch }) => {
    if (channel === 'drawings')
      written = written.then(() => writeDrawings(dir, drawings, patch)).catch(onLost)
  })
}
