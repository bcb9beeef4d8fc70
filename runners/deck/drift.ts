import type { Step } from '../protocol/step.ts'
import type { Deck } from './deck.ts'

// Where a step stands may change without a change of what it does; its hash covers files that are read when it runs.
const PLACE = ['slide', 'slides', 'file', 'line', 'column', 'codeLine', 'hash'] as const

function essence(step: Step): string {
  const rest: Partial<Step> = { ...step }
  for (const key of PLACE)
    delete rest[key]
  return JSON.stringify(rest)
}

/** The ids of steps that are changed, new or gone in `now`, in the order of the decks. */
export function driftOf(atStart: Pick<Deck, 'steps'>, now: Pick<Deck, 'steps'>): string[] {
  const before = new Map(atStart.steps.map(step => [step.id, essence(step)]))
  const after = new Map(now.steps.map(step => [step.id, essence(step)]))
  return [...new Set([...before.keys(), ...after.keys()])].filter(id => before.get(id) !== after.get(id))
}
