import type { Deck } from '../../deck/deck.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { RunnerConfig } from '../../protocol/runner.ts'
import type { Step } from '../../protocol/step.ts'
import type { DeckChange, RunnerState, ServerMessage } from '../../protocol/wire.ts'
import type { RunWorld } from '../run/create-run.ts'
import type { Run } from '../run/types.ts'
import type { Value } from '../value.ts'
import type { Pace } from './pace.ts'
import type { Windows } from './windows.ts'
import { mkdir, rm } from 'node:fs/promises'
import { recordCommand } from '../../deck/record-command.ts'
import { StepError } from '../../protocol/error.ts'
import { createReplay } from '../../replay/runner.ts'
import { createListeners } from '../listeners.ts'
import { identityRules, ownIdentity, placeRules } from '../run/redact-recording.ts'
import { createRedactor } from '../run/redact.ts'
import { createShells } from '../run/shells.ts'
import { createStates } from '../run/states.ts'
import { createValue } from '../value.ts'
import { keepCaughtUp } from './catch-up.ts'
import { proxyUrls } from './docker-proxies.ts'
import { openEngines } from './engines.ts'
import { createPace } from './pace.ts'
import { loadRunner as loadFromRegistry } from './registry.ts'
import { createRuns, stepOf } from './runs.ts'
import { takeDeck } from './take-deck.ts'
import { createWindows } from './windows.ts'

/** How long the session waits for its own clean-up, in ms. */
const CLOSE_TIMEOUT = 10_000

export interface SessionOptions {
  deck: Deck
  mode: 'auto' | 'live' | 'replay'
  config: RunnerConfig
  load: (stepId: string) => Promise<Recording | undefined>
  /** What was drawn on slides before, by their numbers. */
  drawings?: Record<string, string>
  /** @default the registry's */
  loadRunner?: typeof loadFromRegistry
}

/** How the remote viewers are served, as the presenter sees it. */
export type RemoteState = Omit<Extract<ServerMessage, { type: 'remote' }>, 'type'>

/** From start to stop of the service for one deck; owns everything that its runs create. */
export interface Session {
  id: string
  deck: Deck
  /** As the presenter has it now; `replay` plays all recordings. */
  readonly mode: 'auto' | 'live' | 'replay'
  /**
   * Changes between what the session was started with and replay; what runs goes on. Throws StepError `not-allowed`
   * where it was started for replay.
   */
  setMode: (mode: 'live' | 'replay') => void
  runners: RunnerState[]
  runs: Run[]
  /** Numbers of the runs that a reset has undone. */
  forgotten: ReadonlySet<number>
  /**
   * Makes steps, or all and their shells, as if they had never run. Throws StepError for an unknown step, and where the
   * engine does not let go.
   */
  reset: (stepIds?: string[]) => Promise<void>
  /** Asks the engines anew how they are. */
  checkHealth: () => Promise<void>
  /** Calls back whenever the mode, the engines or the forgotten runs change. */
  onChange: (listener: () => void) => () => void
  /**
   * Takes over the steps of the same deck as it is by now, with the settings of the start. Runs stay, those of a
   * changed step as its last result. Returns the ids of steps that are new, changed or gone.
   */
  take: (next: Deck) => Promise<string[]>
  /** The last run of a step. */
  runOf: (stepId: string) => Run | undefined
  /** Starts a step, or returns its run if one is on its way. Throws StepError for an unknown step. */
  start: (stepId: string, options?: { replay?: boolean }) => Run
  cancel: (n: number) => void
  /** Undoes the replays of a step since it ran live: that run stands again. Throws StepError for an unknown step. */
  back: (stepId: string) => void
  /** Why a step plays its recording here: what it requires is lacking. */
  lackOf: (step: Step) => StepError | undefined
  /** Calls back whenever a run begins or gets an event. */
  subscribe: (listener: (run: Run) => void) => () => void
  /** How the deck on disk stands to this one. */
  change: Value<DeckChange>
  /** Asks that it be taken, of whoever called {@link Session.onTakeAsked}. */
  askTake: () => void
  onTakeAsked: (listener: () => void) => () => void
  /** What its pages are built of; empty where they are not built. */
  build: Value<string>
  /** The clock of the talk. */
  pace: Pace
  /** What Slidev keeps in step between windows. */
  windows: Windows
  /** How the audience's own devices are served. */
  remote: Value<RemoteState>
  /** Ends all runs and removes what they created; false where something may be left. */
  close: () => Promise<boolean>
}

/** Probes the runners that the deck needs and opens a session. */
export async function createSession(options: SessionOptions): Promise<Session> {
  const deck = { ...options.deck }
  const { mode, config, load, loadRunner = loadFromRegistry } = options
  await mkdir(config.privateDir, { recursive: true, mode: 0o700 })
  const engines = await openEngines({ deck, mode, config, loadRunner })
  const { settings, env, proxies } = config
  const redactor = createRedactor({ patterns: settings.redact, env, urls: proxyUrls(proxies) })
  const onChange = createListeners()
  const takeAsked = createListeners()
  const modes = createModes(mode, onChange.tell)
  const replay = createReplay({
    load,
    reasonFor: id => modes.isReplaying() ? undefined : engines.absenceOf(stepOf(deck, id)),
    command: id => recordCommand(deck, [id]),
  })
  const recordingRules = [...redactor.rules, ...placeRules(config), ...identityRules(ownIdentity())]
  const states = createStates()
  const world: RunWorld = { config, engines, shells: createShells(), states, redactor, recordingRules, replay }
  const runs = createRuns({ deck, world, load, isReplaying: modes.isReplaying, mayFallBack: mode === 'auto' })
  const pace = createPace()
  const ending = new AbortController()
  let closing: Promise<boolean> | undefined

  engines.watch((stepId, payload) => {
    const live = runs.all.filter(r => r.info.mode === 'live')
    const run = (stepId && live.findLast(r => r.step.id === stepId)) || live.at(-1)
    run?.log.append(redactor.payload(payload))
  }, ending.signal)
  const endCatchUp = keepCaughtUp({ deck, pace, runs })

  async function reset(stepIds?: string[]): Promise<void> {
    const steps = stepIds ? stepIds.map(id => stepOf(deck, id)) : deck.steps
    try {
      await runs.reset(steps)
      if (!stepIds)
        await engines.startOver()
    }
    finally {
      onChange.tell()
    }
  }

  async function take(next: Deck): Promise<string[]> {
    const changed = takeDeck(deck, next)
    await engines.follow()
    onChange.tell()
    return changed
  }

  async function close(): Promise<boolean> {
    endCatchUp()
    runs.cancel()
    const clean = await inTime(engines.close())
    ending.abort()
    runs.dispose()
    // Its note tells whoever sweeps later what this session used.
    if (clean)
      await rm(config.privateDir, { recursive: true, force: true })
    return clean
  }

  return {
    id: config.sessionId,
    deck,
    get mode() { return modes.now() },
    setMode: modes.set,
    runners: engines.states,
    runs: runs.all,
    forgotten: runs.forgotten,
    reset,
    checkHealth: async () => void (await engines.check() && onChange.tell()),
    onChange: onChange.subscribe,
    take,
    runOf: stepId => runs.lastOf.get(stepId),
    start: runs.start,
    lackOf: engines.lackOf,
    cancel: n => runs.all.find(run => run.info.n === n)?.cancel('cancelled by the presenter'),
    back(stepId) {
      runs.back(stepOf(deck, stepId))
      onChange.tell()
    },
    subscribe: runs.subscribe,
    change: createValue<DeckChange>({ state: 'none', steps: [] }),
    askTake: takeAsked.tell,
    onTakeAsked: takeAsked.subscribe,
    build: createValue(''),
    pace,
    windows: createWindows(options.drawings),
    remote: createValue<RemoteState>({ state: 'off', urls: [], viewers: 0 }),
    close: () => closing ??= close(),
  }
}

interface Modes { now: () => Session['mode'], isReplaying: () => boolean, set: Session['setMode'] }

/** The mode that a session was started in, and whether its presenter plays recordings instead. */
function createModes(mode: SessionOptions['mode'], onChange: () => void): Modes {
  let replaying = mode === 'replay'
  return {
    now: () => replaying ? 'replay' : mode,
    isReplaying: () => replaying,
    set(next) {
      if (next === 'live' && mode === 'replay') {
        const hint = 'End it, and start it again without --mode replay and with the deck approved.'
        throw new StepError('not-allowed', 'this talk was started with its recordings only', hint)
      }
      replaying = next === 'replay'
      onChange()
    },
  }
}

/** What still goes on must not keep the sweep waiting: force-removal ends it. */
function inTime(closed: Promise<boolean>): Promise<boolean> {
  return Promise.race([closed, new Promise<boolean>(resolve => setTimeout(resolve, CLOSE_TIMEOUT, false).unref())])
}
