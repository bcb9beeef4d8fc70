import type { Deck } from '../../deck/deck.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { RunnerConfig } from '../../protocol/runner.ts'
import type { Step } from '../../protocol/step.ts'
import type { RunnerState } from '../../protocol/wire.ts'
import type { RemoteStatus } from '../remote/state.ts'
import type { RunWorld } from '../run/create-run.ts'
import type { Run } from '../run/execute.ts'
import type { Drift } from './drift.ts'
import type { Pace } from './pace.ts'
import { mkdir, rm } from 'node:fs/promises'
import { recordCommand } from '../../deck/record-command.ts'
import { StepError, toErrorInfo } from '../../protocol/error.ts'
import { isFinal, isPassed } from '../../protocol/event.ts'
import { needsRecording } from '../../protocol/fold.ts'
import { createReplay } from '../../replay/runner.ts'
import { createRemoteStatus } from '../remote/state.ts'
import { createRun } from '../run/create-run.ts'
import { executeLive } from '../run/execute.ts'
import { prepareRun } from '../run/prepare.ts'
import { identityRules, ownIdentity } from '../run/redact-recording.ts'
import { createRedactor } from '../run/redact.ts'
import { executeReplay } from '../run/replay-run.ts'
import { createShells } from '../run/shells.ts'
import { createStates } from '../run/states.ts'
import { keepCaughtUp } from './catch-up.ts'
import { createDrift } from './drift.ts'
import { openEngines } from './engines.ts'
import { createListeners } from './listeners.ts'
import { createPace } from './pace.ts'
import { loadRunner as loadFromRegistry } from './registry.ts'
import { resetSteps } from './reset.ts'

/** How long the session waits for its own clean-up, in ms. */
const CLOSE_TIMEOUT = 10_000

export interface SessionOptions {
  deck: Deck
  mode: 'auto' | 'live' | 'replay'
  config: RunnerConfig
  load: (stepId: string) => Promise<Recording | undefined>
  /** @default the registry's */
  loadRunner?: typeof loadFromRegistry
}

/** From start to stop of the service for one deck; owns everything that its runs create. */
export interface Session {
  id: string
  deck: Deck
  /** As the presenter has it now; `replay` plays all recordings. */
  readonly mode: 'auto' | 'live' | 'replay'
  /** Changes between what the session was started with and replay; what runs goes on. Throws StepError `not-allowed` where it was started for replay. */
  setMode: (mode: 'live' | 'replay') => void
  runners: RunnerState[]
  runs: Run[]
  /** Numbers of the runs that a reset has undone. */
  forgotten: ReadonlySet<number>
  /** Makes steps, or all and their shells, as if they had never run. Throws StepError for an unknown step, and where the engine does not let go. */
  reset: (stepIds?: string[]) => Promise<void>
  /** Asks the engines anew how they are. */
  checkHealth: () => Promise<void>
  /** Calls back whenever the mode, the engines or the forgotten runs change. */
  onChange: (listener: () => void) => () => void
  /** The last run of a step. */
  runOf: (stepId: string) => Run | undefined
  /** Starts a step, or returns its run if one is on its way. Throws StepError for an unknown step. */
  start: (stepId: string, options?: { replay?: boolean }) => Run
  cancel: (n: number) => void
  /** Why a step plays its recording here: what it requires is lacking. */
  lackOf: (step: Step) => StepError | undefined
  /** Calls back whenever a run begins or gets an event. */
  subscribe: (listener: (run: Run) => void) => () => void
  drift: Drift
  /** The clock of the talk. */
  pace: Pace
  /** How the audience's own devices are served. */
  remote: RemoteStatus
  /** Ends all runs and removes what they created; false where something may be left. */
  close: () => Promise<boolean>
}

/** Probes the runners that the deck needs and opens a session. */
export async function createSession({ deck, mode, config, load, loadRunner = loadFromRegistry }: SessionOptions): Promise<Session> {
  await mkdir(config.privateDir, { recursive: true, mode: 0o700 })
  const engines = await openEngines({ deck, mode, config, loadRunner })
  const redactor = createRedactor({ patterns: config.settings.redact, env: config.env })
  const replay = createReplay({ load, reasonFor: id => replaying ? undefined : engines.absenceOf(stepOf(deck, id)), command: id => recordCommand(deck, [id]) })
  const shells = createShells()
  const states = createStates()
  const onRun = createListeners<[Run]>()
  const runs: Run[] = []
  const lastOf = new Map<string, Run>()
  const forgotten = new Set<number>()
  const onChange = createListeners()
  const pace = createPace()
  let replaying = mode === 'replay'
  const ending = new AbortController()
  let closing: Promise<boolean> | undefined
  const world: RunWorld = {
    config,
    engines,
    redactor,
    recordingRules: [...redactor.rules, ...identityRules(ownIdentity())],
    replay,
    states,
    openShell: shell => engines.openShell(shell, () => shells.stepIn(shell)),
  }

  const canRunLive = (step: Step): boolean => !replaying && engines.canRun(step)

  function start(stepId: string, options: { replay?: boolean, background?: boolean } = {}): Run {
    const step = stepOf(deck, stepId)
    if (ending.signal.aborted)
      throw new StepError('cancelled', 'the session is ending')
    const before = lastOf.get(stepId)
    if (before && !isPassed(before.log.state.phase) && !isFinal(before.log.state.phase) && (!options.replay || before.info.mode === 'replay'))
      return before
    before?.cancel('run again')
    for (const other of runs)
      other.endTail()
    const live = !options.replay && canRunLive(step)
    const run = live ? startLive(step, before) : startReplay(step)
    if (options.background)
      run.info.background = true
    const lack = live || replaying ? undefined : engines.lackOf(step)
    if (!live && before?.info.mode === 'live')
      run.info.fallback = before.log.state.error
    else if (lack)
      run.info.fallback = toErrorInfo(lack)
    runs.push(run)
    lastOf.set(stepId, run)
    run.log.subscribe(() => onRun.tell(run))
    onRun.tell(run)
    return run
  }

  function startLive(step: Step, before: Run | undefined): Run {
    return createRun(world, step, runs.length + 1, 'live', async (live, run) => {
      await executeLive({
        ...live,
        prepare: () => prepareRun({ engines, shells, lastOf, canRunLive, start }, { step, run, before, signal: live.signal.signal }),
        lost: signal => engines.lost(step, signal),
        diagnose: error => engines.diagnose(step, error),
      })
      if (step.fallback === 'auto' && mode === 'auto' && !forgotten.has(run.info.n))
        await fallBack(run)
    })
  }

  /** Plays the recording of a step whose live run did not come to its end, unless it runs again by now. */
  async function fallBack({ step, info, log }: Run): Promise<void> {
    const recording = needsRecording(log.state) && await load(step.id).catch(() => undefined)
    if (recording && lastOf.get(step.id)?.info.n === info.n && !ending.signal.aborted)
      start(step.id, { replay: true })
  }

  function startReplay(step: Step): Run {
    return createRun(world, step, runs.length + 1, 'replay', async (live, run) => {
      const recording = await load(step.id).catch(() => undefined)
      run.info.recordedAt = recording?.header.recordedAt
      onRun.tell(run)
      await executeReplay(live, replay)
    })
  }

  engines.watch((stepId, payload) => {
    const run = (stepId && lastOf.get(stepId)) || runs.findLast(r => r.info.mode === 'live')
    run?.log.append(redactor.payload(payload))
  }, ending.signal)

  const endCatchUp = keepCaughtUp({ deck, pace, lastOf, canRunLive, start })

  async function reset(stepIds?: string[]): Promise<void> {
    const steps = stepIds ? stepIds.map(id => stepOf(deck, id)) : deck.steps
    try {
      await resetSteps(steps, { runs, lastOf, forgotten, engines, states })
      if (stepIds)
        return
      states.forget()
      await engines.startOver()
    }
    finally {
      onChange.tell()
    }
  }

  function setMode(next: 'live' | 'replay'): void {
    if (next === 'live' && mode === 'replay')
      throw new StepError('not-allowed', 'this talk was started with its recordings only', 'End it, and start it again without --mode replay and with the deck approved.')
    replaying = next === 'replay'
    onChange.tell()
  }

  async function checkHealth(): Promise<void> {
    if (await engines.check())
      onChange.tell()
  }

  async function close(): Promise<boolean> {
    endCatchUp()
    for (const run of runs) {
      if (!isFinal(run.log.state.phase))
        run.cancel('the session ends')
    }
    // What still goes on must not keep the sweep waiting: force-removal ends it.
    const clean = await Promise.race([engines.close(), new Promise<boolean>(resolve => setTimeout(resolve, CLOSE_TIMEOUT, false).unref())])
    ending.abort()
    for (const run of runs)
      run.log.dispose()
    // Its note tells whoever sweeps later what this session used.
    if (clean)
      await rm(config.privateDir, { recursive: true, force: true })
    return clean
  }

  return {
    id: config.sessionId,
    deck,
    get mode() {
      return replaying ? 'replay' : mode
    },
    setMode,
    runners: engines.states,
    runs,
    forgotten,
    reset,
    checkHealth,
    onChange: onChange.subscribe,
    runOf: stepId => lastOf.get(stepId),
    start,
    lackOf: engines.lackOf,
    cancel: n => runs.find(run => run.info.n === n)?.cancel('cancelled by the presenter'),
    subscribe: onRun.subscribe,
    drift: createDrift(),
    pace,
    remote: createRemoteStatus(),
    close: () => closing ??= close(),
  }
}

function stepOf(deck: Deck, stepId: string): Step {
  const step = deck.steps.find(({ id }) => id === stepId)
  if (!step)
    throw new StepError('unknown-step', `the deck has no step ${JSON.stringify(stepId)}`, `Its steps: ${deck.steps.map(({ id }) => id).join(', ')}.`, { params: { step: stepId } })
  return step
}
