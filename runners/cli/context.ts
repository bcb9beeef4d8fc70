import type { Deck } from '../deck/deck.ts'

/** The deck as it is for a call that names a Kubernetes context: that one counts, whatever the headmatter names. */
export function withContext(deck: Deck, context: string | undefined): Deck {
  return context === undefined ? deck : { ...deck, settings: { ...deck.settings, contexts: [context] } }
}
