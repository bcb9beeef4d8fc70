import type { Deck } from './deck.ts'
import { relative } from 'node:path'

/** What commands take for the deck where none is named. */
export const DEFAULT_DECK = 'slides/seminar.md'

/** The command that records steps anew, as it is typed in the working directory. */
export function recordCommand({ file }: Pick<Deck, 'file'>, ids: string[]): string {
  const path = relative('', file)
  const deck = path === DEFAULT_DECK ? [] : [/^[\w./-]+$/.test(path) ? path : `"${path}"`]
  return ['kamishibai record', ...deck, '--only', ...ids].join(' ')
}
