import type { StepView } from '../protocol/step-view.ts'
import type { Deck } from './deck.ts'
import { toStepView } from '../protocol/step-view.ts'
import { recordCommand } from './record-command.ts'
import { planOf } from './timing.ts'

/** What a page is told of its deck. */
export interface PageDeck {
  steps: StepView[]
  deckName: string
  lang: string
  /** The command that records steps of this deck, before their ids; empty in what is made for an audience. */
  recordCommand: string
  /** The planned time of each slide, in ms. */
  plan: number[]
  /** Whether the speaker rehearses. */
  rehearsing: boolean
  /** What the page is built of; empty where it is not built for a talk. */
  build: string
}

/** What the pages of a talk are told of `deck`. */
export function pageDeckOf(deck: Deck, { rehearsing = false, build = '' } = {}): PageDeck {
  return {
    steps: deck.steps.map(toStepView),
    deckName: deck.name,
    lang: deck.lang,
    recordCommand: recordCommand(deck, []).trimEnd(),
    plan: planOf(deck),
    rehearsing,
    build,
  }
}
