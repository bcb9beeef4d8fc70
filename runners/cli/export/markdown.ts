import type { Deck } from '../../deck/deck.ts'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { makeFolder } from '../io/folder.ts'
import { printDeck } from './slidev.ts'
import { picturesOf, RE_PICTURE } from './target.ts'

/**
 * Writes the deck as Markdown with its notes, and a picture of each slide in a folder beside it. Says whether it is
 * there.
 */
export async function exportMarkdown(
  deck: Deck,
  { target, dark, signal }: { target: string, dark: boolean, signal: AbortSignal },
): Promise<boolean> {
  // Slidev writes the pictures beside the file, over what is called so.
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-md-'))
  try {
    const file = join(dir, 'deck.md')
    if (!await printDeck(deck, 'md', { target: file, dark, signal }))
      return false
    const pictures = picturesOf(target)
    const names = (await readdir(dir)).filter(name => RE_PICTURE.test(name))
    // Those of slides that are gone go too.
    await rm(pictures, { recursive: true, force: true })
    await makeFolder(pictures)
    for (const name of names)
      await copyFile(join(dir, name), join(pictures, name))
    await writeFile(target, withPictures(await readFile(file, 'utf8'), basename(pictures), names))
    return true
  }
  finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function withPictures(markdown: string, folder: string, names: string[]): string {
  const path = encodeURIComponent(folder).replace(/[()]/g, char => `%${char.charCodeAt(0).toString(16)}`)
  return markdown.replaceAll(/^(!\[.*\]\(\.\/)(\d+\.png)\)$/gm, (whole, head: string, name: string) => names.includes(name) ? `${head}${path}/${name})` : whole)
}
