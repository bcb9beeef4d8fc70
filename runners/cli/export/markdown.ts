import type { Deck } from '../../deck/deck.ts'
import type { PrintOptions } from './slidev.ts'
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from '../io/folder.ts'
import { formatHandout, toHandout } from './handout.ts'
import { printDeck } from './slidev.ts'
import { picturesOf, RE_PICTURE } from './target.ts'

/**
 * Writes the deck as a hand-out in Markdown: text, code, results and notes, and in a folder beside it a picture of each
 * slide on which something has no text. Says whether it is there.
 */
export async function exportMarkdown(
  deck: Deck,
  { target, dark, withoutNotes, signal, broken }: PrintOptions & { withoutNotes: boolean },
): Promise<boolean> {
  const all = await toHandout(deck)
  const slides = withoutNotes ? all.map(slide => ({ ...slide, note: undefined })) : all
  const folder = picturesOf(target)
  const path = encodeURIComponent(basename(folder)).replace(/[()]/g, char => `%${char.charCodeAt(0).toString(16)}`)
  const wanted = slides.filter(({ seen }) => seen).map(({ no }) => no)
  // Those of slides that are gone go too.
  await rm(folder, { recursive: true, force: true })
  await makeFolder(dirname(target))
  const names = await printPictures(deck, { numbers: wanted, folder, dark, signal, broken })
  if (wanted.some(no => !names.has(no)))
    return false
  await writeFile(target, formatHandout(slides, no => names.has(no) ? `./${path}/${names.get(no)}` : undefined))
  return true
}

/** Prints pictures of some slides into a folder; their names by number. */
async function printPictures(
  deck: Deck,
  { numbers, folder, ...how }: { numbers: number[], folder: string } & Omit<PrintOptions, 'target' | 'range'>,
): Promise<Map<number, string>> {
  if (!numbers.length)
    return new Map()
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-md-'))
  try {
    if (!await printDeck(deck, 'png', { ...how, target: join(dir, 'png'), range: numbers.join(',') }))
      return new Map()
    const printed = (await readdir(join(dir, 'png'))).filter(name => RE_PICTURE.test(name))
    await makeFolder(folder)
    for (const name of printed)
      await copyFile(join(dir, 'png', name), join(folder, name))
    return new Map(printed.map(name => [Number.parseInt(name), name]))
  }
  finally {
    await rm(dir, { recursive: true, force: true })
  }
}
