import type { Deck } from '../deck/deck.ts'
import type { Expectation } from '../protocol/event.ts'
import type { Recording } from '../protocol/recording.ts'
import type { Runner, RunnerConfig } from '../protocol/runner.ts'
import type { Condition, RunnerName, Step } from '../protocol/step.ts'
import type { RunnerState } from '../protocol/wire.ts'
import type { LiveRun, Outcome, Run } from './run.ts'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isStepError, StepError } from '../protocol/error.ts'
import { isFinal, isPassed } from '../protocol/event.ts'
import { needsRecording } from '../protocol/fold.ts'
import { createReplay } from '../replay/runner.ts'
import { createLog } from './log.ts'
import { identityRules, ownIdentity, redactRecording } from './redact-recording.ts'
import { createRedactor } from './redact.ts'
import { loadRunner as loadFromRegistry } from './registry.ts'
import { executeReplay } from './replay-run.ts'
import { findLacks, lackFor } from './requirements.ts'
import { executeLive, tailOf, toRecording } from './run.ts'

const PROBE_TIMEOUT = 3000
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
  mode: 'auto' | 'live' | 'replay'
  runners: RunnerState[]
  runs: Run[]
  /** The last run of a step. */
  runOf: (stepId: string) => Run | undefined
  /** Starts a step, or returns its run if one is on its way. Throws StepError for an unknown step. */
  start: (stepId: string, options?: { replay?: boolean }) => Run
  cancel: (n: number) => void
  /** Why a step plays its recording here: what it requires is lacking. */
  lackOf: (step: Step) => string | undefined
  /** Calls back whenever a run begins or gets an event. */
  subscribe: (listener: (run: Run) => void) => () => void
  /** Ids of the steps that are no longer on disk as they run here. */
  readonly drift: string[]
  setDrift: (stepIds: string[]) => void
  /** Calls back whenever the drift changes. */
  onDrift: (listener: () => void) => () => void
  /** Ends all runs and removes what they created; false where something may be left. */
  close: () => Promise<boolean>
}

/** The engine that a step cannot do without, beside its runner: a shell step that calls a CLI needs its engine. */
export function engineOf(step: Step): RunnerName {
  if (step.runner !== 'shell')
    return step.runner
  if (/(?:^|[\s;&|(`])docker\s/m.test(step.code))
    return 'docker'
  return /(?:^|[\s;&|(`])(?:kubectl|helm)\s/m.test(step.code) ? 'kubernetes' : 'shell'
}

/** What the steps of a deck run on, and what can say whether this machine offers what they require. */
export function runnersOf(deck: Deck): Set<RunnerName> {
  return new Set(deck.steps.flatMap(step => [step.runner, engineOf(step), ...step.requires.map(offeredBy)]))
}

function offeredBy(requirement: string): RunnerName {
  return requirement === 'vm' ? 'shell' : requirement === 'host' ? 'docker' : 'kubernetes'
}

/** Probes the runners that the deck needs and opens a session. */
export async function createSession({ deck, mode, config, load, loadRunner = loadFromRegistry }: SessionOptions): Promise<Session> {
  await mkdir(config.privateDir, { recursive: true, mode: 0o700 })
  const runners = new Map<RunnerName, Runner>()
  const states: RunnerState[] = []
  for (const name of runnersOf(deck)) {
    if (name === 'replay')
      continue
    const runner = await loadRunner(name, config)
    runners.set(name, runner)
    states.push(await probeRunner(runner, mode))
  }
  const redactor = createRedactor({ patterns: config.settings.redact, env: config.env })
  const recordingRules = [...redactor.rules, ...identityRules(ownIdentity())]
  const replay = createReplay({ load })
  const listeners = new Set<(run: Run) => void>()
  const driftListeners = new Set<() => void>()
  let drift: string[] = []
  const runs: Run[] = []
  const lastOf = new Map<string, Run>()
  const tails = new Map<Run, AbortController>()
  const shells = new Map<string, Promise<void>>()
  const shellSteps = new Map<string, string>()
  const ending = new AbortController()
  let closing: Promise<boolean> | undefined

  const stateOf = (name: RunnerName): RunnerState | undefined => states.find(state => state.name === name)
  const isLive = (name: RunnerName): boolean => stateOf(name)?.mode === 'live'
  const lacks = await findLacks(deck.steps, [...runners.values()].filter(runner => isLive(runner.name)))
  const lackOf = (step: Step): string | undefined => mode === 'replay' ? undefined : lackFor(step, deck.steps, lacks)
  const notify = (run: Run): void => listeners.forEach(listener => listener(run))

  async function openShell(shell: string): Promise<Record<string, string>> {
    const environments = [...runners.values()].filter(runner => isLive(runner.name))
      .map(runner => runner.open?.(shell, () => shellSteps.get(shell) ?? ''))
    return Object.assign({}, ...await Promise.all(environments))
  }

  async function dial(target: string): Promise<string | undefined> {
    for (const runner of runners.values()) {
      const url = isLive(runner.name) && await runner.dial?.(target)
      if (url)
        return url
    }
    return undefined
  }

  /** What the first engine says that knows the condition. */
  async function holds(condition: Condition): Promise<Expectation | undefined> {
    for (const runner of runners.values()) {
      const told = isLive(runner.name) ? await runner.holds?.(condition) : undefined
      if (told)
        return told
    }
    return undefined
  }

  async function prepare(step: Step, run: Run, before: Run | undefined, signal: AbortSignal): Promise<void> {
    for (const id of step.needs)
      await provide(id, run)
    const shell = shellOf(step)
    if (shell) {
      const busy = shells.get(shell)
      // An open terminal is busy only until it has typed its lines.
      shells.set(shell, Promise.all([busy, step.verb === 'terminal' ? run.moment : run.over]).then(() => {}))
      if (busy) {
        const waiting = setTimeout(() => run.log.append({ type: 'phase', phase: 'waiting', reason: `the shell ${step.shell} is busy` }), 50)
        await Promise.race([busy, new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))])
        clearTimeout(waiting)
      }
      if (step.runner === 'shell')
        shellSteps.set(step.shell, step.id)
    }
    signal.throwIfAborted()
    run.log.append({ type: 'phase', phase: 'preparing' })
    await before?.over
    const probe = await runners.get(step.runner)!.probe(AbortSignal.timeout(PROBE_TIMEOUT))
    if (!probe.available)
      throw new StepError(step.runner === 'docker' ? 'engine-unavailable' : 'not-available', probe.reason, probe.hint)
    for (const runner of runners.values()) {
      if (before && isLive(runner.name))
        await runner.reset?.(step.id).catch((error: unknown) => resetFailed(runner, step, error))
    }
  }

  async function provide(id: string, run: Run): Promise<void> {
    const need = lastOf.get(id)
    // A recording that was taken for a failed run made nothing that this one could use.
    if (need && isPassed(need.log.state.phase) && !need.info.fallback)
      return
    run.log.append({ type: 'phase', phase: 'waiting', reason: `${id} runs first` })
    const { phase } = await start(id).moment
    if (!isPassed(phase))
      throw new StepError('needs-failed', `the step ${id}, which this one needs, ${phase === 'cancelled' ? 'was cancelled' : 'failed'}`, `Run ${id} again, then this step.`)
  }

  function start(stepId: string, options: { replay?: boolean } = {}): Run {
    const step = deck.steps.find(s => s.id === stepId)
    if (!step)
      throw new StepError('unknown-step', `the deck has no step ${JSON.stringify(stepId)}`, `Its steps: ${deck.steps.map(s => s.id).join(', ')}.`)
    if (ending.signal.aborted)
      throw new StepError('cancelled', 'the session is ending')
    const before = lastOf.get(stepId)
    if (before && ['idle', 'waiting', 'preparing', 'running'].includes(before.log.state.phase) && (!options.replay || before.info.mode === 'replay'))
      return before
    before?.cancel('run again')
    for (const tail of tails.values())
      tail.abort()
    const live = !options.replay && canRunLive(step)
    const run = live ? startLive(step, before) : startReplay(step)
    const lack = live ? undefined : lackOf(step)
    if (!live && before?.info.mode === 'live')
      run.info.fallback = before.log.state.error
    else if (lack)
      run.info.fallback = { code: 'lacking', message: lack, hint: '' }
    runs.push(run)
    lastOf.set(stepId, run)
    run.log.subscribe(() => notify(run))
    notify(run)
    return run
  }

  /** A step is live if its engine is, and the engines of all that it needs: else it would ask for what is not there. */
  function canRunLive(step: Step, before: Step[] = []): boolean {
    const needed = deck.steps.filter(s => step.needs.includes(s.id) && !before.includes(s))
    return isLive(engineOf(step)) && !lackOf(step) && needed.every(s => canRunLive(s, [...before, step]))
  }

  /** What fails with an engine gone failed for that, whatever its program says. */
  async function diagnose(step: Step, error: unknown): Promise<unknown> {
    if (!isStepError(error) || !['failed', 'expectation', 'exited-early'].includes(error.code))
      return error
    for (const name of new Set(enginesOf(step))) {
      const probe = name !== 'shell' && name !== 'http' && isLive(name) && await runners.get(name)!.probe(AbortSignal.timeout(PROBE_TIMEOUT))
      if (probe && !probe.available)
        return Object.assign(new StepError('engine-lost', probe.reason, probe.hint, { cause: error }), { expectations: (error as { expectations?: unknown }).expectations })
    }
    return error
  }

  /** The engine of a step, and those of all that it needs. */
  function enginesOf(step: Step, seen = new Set<Step>()): RunnerName[] {
    seen.add(step)
    const needed = deck.steps.filter(s => step.needs.includes(s.id) && !seen.has(s))
    return [engineOf(step), ...needed.flatMap(s => enginesOf(s, seen))]
  }

  function createRun(step: Step, mode: 'live' | 'replay', execute: (live: LiveRun, run: Run) => Promise<void>): Run {
    const n = runs.length + 1
    const signal = new AbortController()
    let onInput: (data: string) => void = () => {}
    let onResize: (cols: number, rows: number) => void = () => {}
    const log = createLog({ cols: step.cols, rows: step.rows, spool: join(config.privateDir, `run-${n}.jsonl`), onReply: mode === 'live' ? data => onInput(data) : undefined })
    const moment = Promise.withResolvers<Outcome>()
    const over = Promise.withResolvers<void>()
    const tail = new AbortController()
    const startedAt = Date.now()
    const run: Run = {
      info: { n, step: step.id, mode, startedAt, cols: step.cols, rows: step.rows },
      step,
      log,
      moment: moment.promise,
      over: over.promise,
      recorded: async () => {
        const { outcome, last } = await tailEnd
        return redactRecording(await toRecording(step, log, outcome, engineVersions(states), new Date(startedAt), last), recordingRules)
      },
      cancel: reason => signal.abort(new StepError('cancelled', reason)),
      input: data => onInput(data),
      resize(cols, rows) {
        if ((cols === log.state.cols && rows === log.state.rows) || isFinal(log.state.phase))
          return
        log.append({ type: 'resize', cols, rows })
        onResize(cols, rows)
      },
    }
    const tailEnd = moment.promise.then(async (outcome) => {
      await tailOf(log, tail.signal)
      tails.delete(run)
      return { outcome, last: log.state.seq }
    })
    tails.set(run, tail)
    const liveRun: LiveRun = {
      step,
      log,
      runner: runners.get(step.runner) ?? replay,
      signal,
      redactor,
      outputLimit: config.settings.limits.outputMiB * 1024 * 1024,
      context: {
        labels: { ...config.labels, 'dev.kamishibai.step': step.id },
        openShell,
        dial,
        onInput: handler => void (onInput = handler),
        onResize(handler) {
          onResize = handler
          const { cols, rows } = log.state
          // A window may have been faster.
          if (cols !== step.cols || rows !== step.rows)
            handler(cols!, rows!)
        },
      },
      prepare: async () => {},
      healthy: async name => (await Promise.all([...runners.values()].map(r => r.healthy?.(name)))).find(Boolean),
      holds,
      onMoment: outcome => moment.resolve(outcome),
    }
    // The caller registers the run before anything of it happens.
    queueMicrotask(() => void execute(liveRun, run).finally(() => over.resolve()))
    return run
  }

  function startLive(step: Step, before: Run | undefined): Run {
    return createRun(step, 'live', async (live, run) => {
      await executeLive({ ...live, prepare: () => prepare(step, run, before, live.signal.signal), diagnose: error => diagnose(step, error) })
      if (step.fallback === 'auto' && mode === 'auto')
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
    return createRun(step, 'replay', async (live, run) => {
      const recording = await load(step.id).catch(() => undefined)
      run.info.recordedAt = recording?.header.recordedAt
      notify(run)
      await executeReplay(live, replay)
    })
  }

  for (const runner of runners.values()) {
    if (!isLive(runner.name))
      continue
    runner.watch?.((stepId, payload) => {
      const run = (stepId && lastOf.get(stepId)) || runs.findLast(r => r.info.mode === 'live')
      run?.log.append(redactor.payload(payload))
    }, ending.signal).catch(() => {})
  }

  return {
    id: config.sessionId,
    deck,
    mode,
    runners: states,
    runs,
    runOf: stepId => lastOf.get(stepId),
    start,
    lackOf,
    cancel: n => runs.find(run => run.info.n === n)?.cancel('cancelled by the presenter'),
    get drift() {
      return drift
    },
    setDrift(stepIds) {
      drift = stepIds
      driftListeners.forEach(listener => listener())
    },
    onDrift(listener) {
      driftListeners.add(listener)
      return () => driftListeners.delete(listener)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => closing ??= close(),
  }

  async function close(): Promise<boolean> {
    for (const run of runs) {
      if (!isFinal(run.log.state.phase))
        run.cancel('the session ends')
    }
    // What still goes on must not keep the sweep waiting: force-removal ends it.
    const ended = Promise.allSettled([...runners.values()].map(runner => runner.close?.()))
      .then(results => results.every(({ status }) => status === 'fulfilled'))
    const clean = await Promise.race([ended, new Promise<boolean>(resolve => setTimeout(resolve, CLOSE_TIMEOUT, false).unref())])
    ending.abort()
    for (const run of runs)
      run.log.dispose()
    // Its note tells whoever sweeps later what this session used.
    if (clean)
      await rm(config.privateDir, { recursive: true, force: true })
    return clean
  }
}

/** The shell that a step's block has to itself: one of this machine, or one in a container. */
function shellOf({ runner, verb, shell, in: container }: Step): string | undefined {
  if (verb === 'exec')
    return `${shell} in ${container}`
  return runner === 'shell' ? shell : undefined
}

/** What another engine could not remove is no matter of this step; its own, it would find in its way. */
function resetFailed(runner: Runner, step: Step, error: unknown): void {
  if (runner.name === step.runner)
    throw error
}

async function probeRunner(runner: Runner, mode: SessionOptions['mode']): Promise<RunnerState> {
  const { name } = runner
  if (mode === 'replay')
    return { name, mode: 'replay', reason: 'the deck is replayed' }
  const probe = await runner.probe(AbortSignal.timeout(PROBE_TIMEOUT))
  if (probe.available)
    return { name, mode: 'live', version: probe.version }
  // In mode `live` nothing falls back: the run will say why it cannot work.
  return { name, mode: mode === 'live' ? 'live' : 'replay', reason: probe.reason }
}

function engineVersions(states: RunnerState[]): Record<string, string> {
  return Object.fromEntries(states.filter(s => s.version).map(s => [s.name, s.version!]))
}
