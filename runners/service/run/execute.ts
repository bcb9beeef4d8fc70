import type { Expectation } from '../../protocol/event.ts'
import type { Step } from '../../protocol/step.ts'
import type { Engines } from './engines.ts'
import type { Shells } from './shells.ts'
import type { LiveRun, Run } from './types.ts'
import { isStepError, StepError, toErrorInfo } from '../../protocol/error.ts'
import { isFinal, isPassed } from '../../protocol/event.ts'
import { createIntake } from './intake.ts'
import { reachMoment } from './moment.ts'

/** What is at hand for a live run. */
export interface LiveWorld {
  engines: Engines
  shells: Shells
  /** The last run of each step. */
  lastOf: ReadonlyMap<string, Run>
  /** Whether the deck still has the step as it was run. */
  isCurrent: (run: Run) => boolean
  /** Whether a start of the step would be live now. */
  canRunLive: (step: Step) => boolean
  start: (stepId: string) => Run
}

/**
 * Prepares a step, runs it on its runner and brings its log through the phases; `before` is its last run. Resolves when
 * the run is over, never rejects.
 */
export async function executeLive(world: LiveWorld, run: LiveRun, before: Run | undefined): Promise<void> {
  const { engines, shells } = world
  const { step, log, signal, runner, context } = run
  const over = new AbortController()
  const intake = createIntake(run)

  async function runStep(started: () => void): Promise<void> {
    const environment = step.runner === 'shell'
      ? await engines.openShell(step.shell, () => shells.stepIn(step.shell))
      : {}
    const { drained } = log
    await runner.run(step, { ...context, environment, started, signal: signal.signal, drained, emit: intake.take })
  }

  try {
    await prepareRun(world, run, before)
    signal.signal.throwIfAborted()
    log.append({ type: 'phase', phase: 'running' })
    const since = log.now()
    const started = Promise.withResolvers<void>()
    const ended = runStep(started.resolve).finally(intake.end)
    void engines.lost(step, AbortSignal.any([signal.signal, over.signal])).then(error => error && signal.abort(error))
    await reachMoment(run, { started: started.promise, ended }, since)
    await ended
    signal.signal.throwIfAborted()
    if (log.state.phase === 'ready')
      log.append({ type: 'phase', phase: 'exited', expectations: log.state.expectations })
  }
  catch (error) {
    fail(run, signal.signal.aborted ? error : await engines.diagnose(step, error))
  }
  finally {
    over.abort()
  }
}

/**
 * Brings what a live run needs: the steps before it, its shell, its engine, and nothing of the run `before`.
 * Throws StepError where it cannot be had.
 */
export async function prepareRun(world: LiveWorld, run: LiveRun, before: Run | undefined): Promise<void> {
  const { step, log, signal: { signal } } = run
  world.engines.demandPrograms(step)
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
async function provide({ lastOf, isCurrent, canRunLive, start }: LiveWorld, id: string, run: Run): Promise<void> {
  const need = lastOf.get(id)
  // A recording made nothing that this one could use.
  if (need && isCurrent(need) && isPassed(need.log.state.phase) && (need.info.mode === 'live' || !canRunLive(need.step)))
    return
  run.log.append({ type: 'phase', phase: 'waiting', reason: `${id} runs first`, awaits: { kind: 'step', name: id } })
  const { phase } = await start(id).moment
  if (isPassed(phase))
    return
  const message = `the step ${id}, which this one needs, ${phase === 'cancelled' ? 'was cancelled' : 'failed'}`
  throw new StepError('needs-failed', message, `Run ${id} again, then this step.`, { params: { step: id } })
}

function fail({ log, signal, onMoment }: LiveRun, thrown: unknown): void {
  const error = signal.signal.aborted ? signal.signal.reason as unknown : thrown
  const info = toErrorInfo(error)
  const cancelled = isStepError(error) && error.code === 'cancelled'
  if (!signal.signal.aborted)
    signal.abort(error)
  if (isFinal(log.state.phase))
    return
  if (isPassed(log.state.phase)) {
    if (!cancelled)
      log.append({ type: 'error', ...info })
    log.append({ type: 'phase', phase: cancelled ? 'cancelled' : 'failed', reason: info.message, expectations: log.state.expectations })
    return
  }
  const { expectations = [] } = thrown as { expectations?: Expectation[] }
  if (!cancelled)
    log.append({ type: 'error', ...info })
  const phase = cancelled ? 'cancelled' : 'failed'
  log.append({ type: 'phase', phase, reason: info.message, expectations })
  onMoment({ phase, expectations, error: info, durationMs: log.now() })
}
