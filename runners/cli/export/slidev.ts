import type { Deck } from '../../deck/deck.ts'
import type { SlidevRun } from '../slidev/slidev.ts'
import type { PrintFormat } from './target.ts'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '../io/folder.ts'
import { findBrowser, runSlidev } from '../slidev/slidev.ts'

/** How a deck is printed. */
export interface PrintOptions extends Pick<SlidevRun, 'env' | 'quiet' | 'signal' | 'broken'> {
  target: string
  dark: boolean
  /** The numbers of the slides, as Slidev takes them. @default all */
  range?: string
}

/**
 * Prints a deck to `target` with Slidev; one picture a slide, as results do not change with clicks. Says whether it is
 * there.
 */
export async function printDeck(
  deck: Deck,
  format: PrintFormat,
  { target, dark, range, signal, ...how }: PrintOptions,
): Promise<boolean> {
  await makeFolder(dirname(target))
  const own = format === 'pdf' ? ['--with-toc'] : format === 'pptx' ? ['--with-clicks=false'] : []
  const code = await runSlidev({ deckDir: deck.dir, signal, ...how, args: ['export', deck.file, '--format', format, '--output', target, '--executable-path', findBrowser(), '--timeout', '120000', ...own, ...range ? ['--range', range] : [], ...dark ? ['--dark'] : []] })
  return code === 0 && existsSync(target)
}
