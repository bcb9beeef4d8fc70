import type { Step } from '../../protocol/step.ts'
import type { Engines } from '../session/engines.ts'
import type { Shells } from './shells.ts'
import type { LiveRun, Run } from './types.ts'
import { StepError } from '../../protocol/error.ts'
import { isPassed } from '../../protocol/event.ts'

/** What is at hand when a live run is prepared. */
export interface PrepareWorld {
  engines: Engines
  shells: Shells
  /** The last run of each step. */
  lastOf: ReadonlyMap<string, Run>
  /** Whether a start of the step would be live now. */
  canRunLive: (step: Step) => boolean
  start: (stepId: string) => Run
}

/**
 * Brings what a live run needs: the steps before it, its shell, its engine, and nothing of the run `before`.
 * Throws StepError where it cannot be had.
 */
export async function prepareRun(world: PrepareWorld, run: LiveRun, before: Run | undefined): Promise<void> {
  const { step, log, signal: { signal } } = run
  for (const id of step.needs)
    await provide(world, id, run)
  await world.shells.take(step, run, signal)
  signal.throwIfAborted()
  log.append({ type: 'phase', phase: 'preparing' })
  await before?.over
  await world.engines.demand(step)
  if (before)
    await world.engines.reset(step, { again: true })
}

/** Runs the step `id` first, unless it has run and left what `run` can use. */
async function provide({ lastOf, canRunLive, start }: PrepareWorld, id: string, run: Run): Promise<void> {
  const need = lastOf.get(id)
  // A recording made nothing that this one could use.
  if (need && isPassed(need.log.state.phase) && (need.info.mode === 'live' || !canRunLive(need.step)))
    return
  run.log.append({ type: 'phase', phase: 'waiting', reason: `${id} runs first`, awaits: { kind: 'step', name: id } })
  const { phase } = await start(id).moment
  if (isPassed(phase))
    return
  const message = `the step ${id}, which this one needs, ${phase === 'cancelled' ? 'was cancelled' : 'failed'}`
  throw new StepError('needs-failed', message, `Run ${id} again, then this step.`, { params: { step: id } })
}
