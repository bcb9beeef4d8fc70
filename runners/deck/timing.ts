import type { Deck } from './deck.ts'
import { minutes } from '../protocol/minutes.ts'

/**
 * The planned time of each slide in its order, in ms: its `duration:`, and 0 where it has none. The headmatter's
 * `duration:` is the whole talk – as it is Slidev's own –, so slide 1 gets what the others leave.
 */
export function planOf({ durationMs, slides }: Deck): number[] {
  const [first, ...others] = slides.map(slide => slide.durationMs ?? 0)
  if (first === undefined)
    return []
  const rest = others.reduce((sum, ms) => sum + ms, 0)
  // Without any other slide's, the headmatter's says nothing of this one.
  return [durationMs === undefined ? 0 : Math.max(0, durationMs - rest), ...others]
}

/** What is wrong with the times of a deck, a sentence each. */
export function planProblems(deck: Deck): string[] {
  if (deck.durationMs === undefined)
    return ['The headmatter has no `duration:`: there is no plan to compare with.']
  const without = deck.slides.slice(1).filter(slide => slide.durationMs === undefined)
  const rest = deck.slides.slice(1).reduce((sum, slide) => sum + (slide.durationMs ?? 0), 0)
  return [
    ...without.length ? [`No \`duration:\` on slide ${without.map(slide => slide.no).join(', ')}: its time counts as slide 1's.`] : [],
    ...rest > deck.durationMs ? [`The slides take ${minutes(rest)} without slide 1, and the whole talk ${minutes(deck.durationMs)}.`] : [],
  ]
}
