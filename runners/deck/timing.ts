import type { Deck, DeckSlide } from './deck.ts'
import { minutes } from '../protocol/minutes.ts'

/**
 * The planned time of each slide in its order, in ms: its `duration:`, and for those without one an equal share of what
 * the others leave. The headmatter's `duration:` is the whole talk, as it is Slidev's own, so slide 1 has none.
 */
export function planOf({ durationMs, slides }: Pick<Deck, 'durationMs' | 'slides'>): number[] {
  const own = slides.map(ownTime)
  const rest = durationMs === undefined ? 0 : Math.max(0, durationMs - sum(own))
  const sharing = own.filter(ms => ms === undefined).length
  let shared = 0
  // Whole milliseconds that add up to the rest.
  const share = (): number => Math.round(rest * (shared + 1) / sharing) - Math.round(rest * shared++ / sharing)
  return own.map(ms => ms ?? share())
}

/** What is wrong with the times of a deck, a sentence each. */
export function planProblems({ durationMs, slides }: Pick<Deck, 'durationMs' | 'slides'>): string[] {
  if (durationMs === undefined)
    return ['The headmatter has no `duration:`: there is no plan to compare with.']
  const own = slides.map(ownTime)
  const without = slides.filter((_, i) => own[i] === undefined).map(({ no }) => no)
  const taken = sum(own)
  return without.length && taken >= durationMs
    ? [`The slides with a \`duration:\` take ${minutes(taken)} of ${minutes(durationMs)}: nothing is left for slide ${without.join(', ')}.`]
    : []
}

function ownTime({ durationMs }: DeckSlide, index: number): number | undefined {
  return index === 0 ? undefined : durationMs
}

function sum(times: (number | undefined)[]): number {
  return times.reduce<number>((total, ms) => total + (ms ?? 0), 0)
}
