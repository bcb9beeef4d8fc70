import type { Step } from '../../protocol/step.ts'
import type { Engines } from '../run/engines.ts'
import type { States } from '../run/states.ts'
import type { Run } from '../run/types.ts'

/** What a reset works on. */
export interface ResetWorld {
  runs: Run[]
  /** The last run of each step. */
  lastOf: Map<string, Run>
  /** Numbers of the runs that were undone. */
  forgotten: Set<number>
  engines: Engines
  states: States
}

/**
 * Makes steps as if they had never run: ends their runs, removes what they made, forgets them.
 * Throws StepError where the engine does not let go of something; that step then stays as it is.
 */
export async function resetSteps(
  steps: Step[],
  { runs, lastOf, forgotten, engines, states }: ResetWorld,
): Promise<void> {
  const known = runs.filter(run => !forgotten.has(run.info.n))
  const undone = steps
    .map(step => ({ step, last: lastOf.get(step.id), own: known.filter(run => run.step.id === step.id) }))
    .filter(({ own }) => own.length)
  for (const { own } of undone) {
    for (const run of own) {
      run.cancel('reset by the presenter')
      run.endTail()
    }
  }
  // What builds on another step goes before it.
  for (const { step, last, own } of undone.reverse()) {
    await Promise.all(own.map(run => run.over))
    if (own.some(run => run.info.mode === 'live'))
      await engines.reset(step)
    states.undo(step)
    own.forEach(run => forgotten.add(run.info.n))
    // It may have been started anew meanwhile.
    if (lastOf.get(step.id) === last)
      lastOf.delete(step.id)
  }
}
