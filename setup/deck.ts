import type { Deck } from '../runners/deck/deck.ts'
import { parseDeck } from '../runners/deck/parse.ts'
import { presenting } from '../runners/service/presenting.ts'

/** A deck that is parsed once and again after it changed. */
export interface DeckSource {
  current: () => Promise<Deck>
  /** Forgets the parse; the next `current` reads the files anew. */
  refresh: () => void
}

// Slidev loads each setup file with a module cache of its own: what they share lies on `globalThis`.
const KEY = Symbol.for('kamishibai.decks')
const shared = globalThis as { [KEY]?: Map<string, DeckSource> }

/** The one source of the deck `entry` (an absolute path) in this process. */
export function useDeck(entry: string): DeckSource {
  const decks = shared[KEY] ??= new Map()
  let source = decks.get(entry)
  if (!source) {
    let parsed: Promise<Deck> | undefined
    source = {
      current: () => parsed ??= parseDeck(entry),
      refresh: () => void (parsed = undefined),
    }
    decks.set(entry, source)
  }
  return source
}

/** The deck whose steps run: while it is presented, as it was at the start; else as it is on disk. */
export async function deckOfSteps(entry: string): Promise<Deck> {
  const frozen = presenting()?.service.session.deck
  return frozen?.file === entry ? frozen : useDeck(entry).current()
}
