import type { Deck } from '../../deck/deck.ts'
import type { Step } from '../../protocol/step.ts'
import { driftOf } from '../../deck/drift.ts'

/**
 * Makes `deck` what `next` is, in place, for all who hold it. A step that does what it did stays the same object, so
 * that its runs are still runs of it. Returns the ids of steps that are new, changed or gone.
 */
export function takeDeck(deck: Deck, next: Deck): string[] {
  const known = new Map(deck.steps.map(step => [step.id, step]))
  const isSame = (step: Step): boolean => known.get(step.id)?.hash === step.hash
  const drift = driftOf(deck, next)
  // A file that a step reads is part of its hash alone.
  const changed = next.steps.filter(step => known.has(step.id) && !isSame(step)).map(({ id }) => id)
  const all = [...new Set([...drift, ...changed])]
  const steps = next.steps.map(step => all.includes(step.id) ? step : Object.assign(known.get(step.id)!, step))
  Object.assign(deck, next, { steps })
  return all
}
