import type { Deck } from '../../deck/deck.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Step } from '../../protocol/step.ts'
import type { RunInfo } from '../../protocol/wire.ts'
import type { RunWorld } from '../run/create-run.ts'
import type { LiveRun, Run } from '../run/types.ts'
import { StepError, toErrorInfo } from '../../protocol/error.ts'
import { isFinal, isPassed } from '../../protocol/event.ts'
import { needsRecording } from '../../protocol/fold.ts'
import { createListeners } from '../listeners.ts'
import { createRun } from '../run/create-run.ts'
import { executeLive } from '../run/execute.ts'
import { executeReplay } from '../run/replay-run.ts'
import { resetSteps } from './reset.ts'

export interface RunsOptions {
  deck: Deck
  world: RunWorld
  load: (stepId: string) => Promise<Recording | undefined>
  /** Whether all recordings are played now. */
  isReplaying: () => boolean
  /** Whether a recording may stand in, unasked, for a live run that failed. */
  mayFallBack: boolean
}

export interface StartOptions {
  /** Plays the recording. */
  replay?: boolean
  /** Nobody is told: it catches up what a step still to come needs. */
  background?: boolean
}

/** The runs of a session, from the start of each to its end. */
export interface Runs {
  all: Run[]
  /** Numbers of the runs that a reset has undone. */
  forgotten: ReadonlySet<number>
  /** The last run of each step. */
  lastOf: ReadonlyMap<string, Run>
  /** Whether a start of the step would be live now. */
  canRunLive: (step: Step) => boolean
  /** Starts a step, or returns its run if one is on its way. Throws StepError for an unknown step. */
  start: (stepId: string, options?: StartOptions) => Run
  /** Makes steps as if they had never run. Throws StepError where the engine does not let go. */
  reset: (steps: Step[]) => Promise<void>
  /** Undoes the replays of a step since its last live run. */
  back: (step: Step) => void
  /** Calls back whenever a run begins or gets an event. */
  subscribe: (listener: (run: Run) => void) => () => void
  /** Ends what still goes on. */
  cancel: () => void
  /** Lets the logs go; nothing starts any more. */
  dispose: () => void
}

/** No runs yet. */
export function createRuns({ deck, world, load, isReplaying, mayFallBack }: RunsOptions): Runs {
  const { engines, shells, states } = world
  const all: Run[] = []
  const lastOf = new Map<string, Run>()
  const forgotten = new Set<number>()
  const onRun = createListeners<[Run]>()
  let ended = false

  const canRunLive = (step: Step): boolean => !isReplaying() && engines.canRun(step)
  const ownRuns = (step: Step): Run[] => all.filter(run => run.step.id === step.id && !forgotten.has(run.info.n))

  function start(stepId: string, { replay = false, background = false }: StartOptions = {}): Run {
    const step = stepOf(deck, stepId)
    if (ended)
      throw new StepError('cancelled', 'the session is ending')
    const before = lastOf.get(stepId)
    if (before && isOnItsWay(before) && (!replay || before.info.mode === 'replay'))
      return before
    const live = !replay && canRunLive(step)
    const liveBefore = ownRuns(step).findLast(({ info }) => info.mode === 'live')
    // What is up stays up while its recording is shown.
    if (before && (!replay || isOnItsWay(before)))
      ownRuns(step).filter(({ log }) => !isFinal(log.state.phase)).forEach(run => run.cancel('run again'))
    for (const other of all)
      other.endTail()
    const run = createRun(world, step, all.length + 1, live ? 'live' : 'replay')
    if (background)
      run.info.background = true
    if (!live)
      run.info.fallback = whyReplayed(before, isReplaying() ? undefined : engines.lackOf(step))
    all.push(run)
    lastOf.set(stepId, run)
    run.log.subscribe(() => onRun.tell(run))
    onRun.tell(run)
    // Whoever gets the run may subscribe to it before anything of it happens.
    queueMicrotask(() => void (live ? runLive(run, liveBefore ?? before) : runReplay(run)).finally(run.onOver))
    return run
  }

  async function runLive(run: LiveRun, before: Run | undefined): Promise<void> {
    const { step, info } = run
    const isCurrent = ({ step }: Run): boolean => deck.steps.includes(step)
    await executeLive({ engines, shells, lastOf, isCurrent, canRunLive, start }, run, before)
    if (step.fallback === 'auto' && mayFallBack && !forgotten.has(info.n))
      await fallBack(run)
  }

  /** Plays the recording of a step whose live run did not come to its end, unless it runs again by now. */
  async function fallBack(run: Run): Promise<void> {
    const { id } = run.step
    const recording = needsRecording(run.log.state) && await load(id).catch(() => undefined)
    if (recording && lastOf.get(id) === run && !ended)
      start(id, { replay: true })
  }

  async function runReplay(run: LiveRun): Promise<void> {
    const recording = await load(run.step.id).catch(() => undefined)
    run.info.recordedAt = recording?.header.recordedAt
    onRun.tell(run)
    await executeReplay(run, world.replay)
  }

  function back(step: Step): void {
    const known = ownRuns(step)
    const live = known.findLast(run => run.info.mode === 'live')
    if (!live)
      return
    for (const run of known.slice(known.indexOf(live) + 1)) {
      run.cancel('the live run is shown again')
      forgotten.add(run.info.n)
    }
    lastOf.set(step.id, live)
  }

  return {
    all,
    forgotten,
    lastOf,
    canRunLive,
    start,
    back,
    reset: steps => resetSteps(steps, { runs: all, lastOf, forgotten, engines, states }),
    subscribe: onRun.subscribe,
    cancel: () => all.filter(run => !isFinal(run.log.state.phase)).forEach(run => run.cancel('the session ends')),
    dispose() {
      ended = true
      for (const run of all)
        run.log.dispose()
    },
  }
}

/** Why a recording stands in for a live run: what went wrong before, or what is lacking here. */
function whyReplayed(before: Run | undefined, lack: StepError | undefined): RunInfo['fallback'] {
  if (before?.info.mode === 'live')
    return before.log.state.error
  return lack && toErrorInfo(lack)
}

function isOnItsWay({ log }: Run): boolean {
  return !isPassed(log.state.phase) && !isFinal(log.state.phase)
}

/** The step `stepId` of the deck; throws StepError where it has none. */
export function stepOf(deck: Deck, stepId: string): Step {
  const step = deck.steps.find(({ id }) => id === stepId)
  if (!step) {
    const hint = `Its steps: ${deck.steps.map(({ id }) => id).join(', ')}.`
    throw new StepError('unknown-step', `the deck has no step ${JSON.stringify(stepId)}`, hint, { params: { step: stepId } })
  }
  return step
}
