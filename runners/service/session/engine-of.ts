import type { Deck } from '../../deck/deck.ts'
import type { RunnerName, Step } from '../../protocol/step.ts'

/** The engine that a step cannot do without, beside its runner: a shell step that calls a CLI needs its engine. */
export function engineOf(step: Step): RunnerName {
  if (step.runner !== 'shell')
    return step.runner
  if (/(?:^|[\s;&|(`])docker\s/m.test(step.code))
    return 'docker'
  return /(?:^|[\s;&|(`])(?:kubectl|helm)\s/m.test(step.code) ? 'kubernetes' : 'shell'
}

/** The engine of a step, and those of all that it needs. */
export function enginesOf(step: Step, steps: Step[], seen = new Set<Step>()): RunnerName[] {
  seen.add(step)
  const needed = steps.filter(other => step.needs.includes(other.id) && !seen.has(other))
  return [engineOf(step), ...needed.flatMap(other => enginesOf(other, steps, seen))]
}

/** What the steps of a deck run on, and what can say whether this machine offers what they require. */
export function runnersOf(deck: Deck): Set<RunnerName> {
  return new Set(deck.steps.flatMap(step => [step.runner, engineOf(step), ...step.requires.map(offeredBy)]))
}

function offeredBy(requirement: string): RunnerName {
  return requirement === 'vm' ? 'shell' : requirement === 'host' ? 'docker' : 'kubernetes'
}
