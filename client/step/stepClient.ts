import type { ComputedRef, Ref, ShallowRef } from 'vue'
import type { ErrorInfo } from '../../runners/protocol/error.ts'
import type { RunState } from '../../runners/protocol/fold.ts'
import type { StepView } from '../../runners/protocol/step-view.ts'
import type { RunInfo } from '../../runners/protocol/wire.ts'
import type { Client } from '../client.ts'
import type { ClientRun } from '../session/clientRun.ts'
import type { SessionClient, StartOptions } from '../session/sessionClient.ts'
import type { Again } from './again.ts'
import { computed, shallowRef } from 'vue'
import { isFinal, isPassed, isUnderWay } from '../../runners/protocol/event.ts'
import { emptyRun } from '../../runners/protocol/fold.ts'
import { createAgain } from './again.ts'

export interface StepClient {
  /** Undefined when the deck has no such step. */
  step: StepView | undefined
  session: Readonly<ShallowRef<SessionClient>>
  printing: boolean
  /** What to show: the last run, or what *Again* plays. */
  run: ComputedRef<ClientRun | undefined>
  state: ComputedRef<RunState>
  active: ComputedRef<boolean>
  /** It goes on after its moment, as a server does. */
  lasting: ComputedRef<boolean>
  error: ComputedRef<ErrorInfo | undefined>
  /** Seconds of the run so far, or that it took. */
  elapsed: ComputedRef<number | undefined>
  badge: ComputedRef<'live' | 'recorded' | 'replay' | undefined>
  /** When the recording was made that is shown or that could be played. */
  recordedAt: ComputedRef<string | undefined>
  /** Milliseconds from start to moment in the recording that could be played. */
  recordedMs: ComputedRef<number | undefined>
  stale: ComputedRef<boolean>
  /** What is shown ran live before its code was changed. */
  older: ComputedRef<boolean>
  hasRecording: ComputedRef<boolean>
  /** It failed, and its recording may stand in for it. */
  rescuable: ComputedRef<boolean>
  /** There is nothing to show, and nobody who sees this page could change that. */
  unrecorded: ComputedRef<boolean>
  canRun: ComputedRef<boolean>
  start: (options?: StartOptions) => void
  cancel: () => void
  again: () => Promise<void>
  /** Plays the recording; where it has taken the place of a live run, shows that one again. */
  takeRecording: () => void
}

export interface StepClientOptions {
  printing: boolean
  /** The time, ms since the epoch, while the step runs. */
  now: Readonly<Ref<number>>
}

/** What a slide says of a step's recording, and the step's hash as it was loaded; null where there is none, undefined until it is loaded. */
type Facts = { at: string, fresh: boolean, hash: string, ms: number } | null | undefined

/** What a step shows: its last run, or what is played again of it. */
interface Shown {
  own: ComputedRef<ClientRun | undefined>
  replayed: ComputedRef<Again | undefined>
  run: ComputedRef<ClientRun | undefined>
  state: ComputedRef<RunState>
  active: ComputedRef<boolean>
}

/** Milliseconds that the moment of a run took: until it was ready or over. */
function momentOf(state: RunState): number {
  const passed = state.phases.find(({ phase }) => isPassed(phase) || isFinal(phase))
  return passed?.at ?? state.at
}

function shownOf(id: string, session: Readonly<ShallowRef<SessionClient>>, again: Client['again']): Shown {
  const own = computed(() => session.value.runs.get(id))
  // A view that lacks its step has no id, and while nothing is played again, that is no step's either.
  const replayed = computed(() => again.current.value?.step === id ? again.current.value : undefined)
  const run = computed(() => replayed.value ? replayed.value.run.value : own.value)
  const idle = emptyRun()
  // A fresh wrapper each time: the folded state itself is changed in place.
  const state = computed<RunState>(() => ({ ...(run.value?.state.value ?? idle) }))
  const begins = computed(() => state.value.phase === 'idle' && !!own.value?.info.value.n)
  const active = computed(() => isUnderWay(state.value.phase) || begins.value)
  return { own, replayed, run, state, active }
}

function elapsedOf({ run, replayed, state, active }: Shown, now: number): number | undefined {
  if (!run.value || state.value.phase === 'idle')
    return undefined
  if (replayed.value)
    return replayed.value.at.value / 1000
  if (active.value)
    return Math.max(now - run.value.info.value.startedAt, state.value.at, 0) / 1000
  return momentOf(state.value) / 1000
}

function recordingOf(step: StepView | undefined, load: Client['loadRecording']): ShallowRef<Facts> {
  const recording = shallowRef<Facts>()
  if (step) {
    load(step.id).then((r) => {
      recording.value = r ? { at: r.header.recordedAt, fresh: r.fresh, hash: step.hash, ms: r.header.durationMs } : null
    }, () => {})
  }
  return recording
}

function errorOf(id: string, step: StepView | undefined, session: SessionClient, shown: Shown): ErrorInfo | undefined {
  const { n, fallback } = shown.own.value?.info.value ?? {}
  const ranBefore = (): boolean => session.allRuns.map(({ info }) => info.value)
    .some(info => info.step === id && info.mode === 'live' && info.n < n!)
  // Who took the recording after a failure knows why; where it came by itself, it says so.
  const asked = step?.fallback !== 'auto' && ranBefore()
  return session.errors.get(id) ?? shown.state.value.error ?? (asked ? undefined : fallback as ErrorInfo | undefined)
}

function badgeOf({ own, replayed }: Shown): 'live' | 'recorded' | 'replay' | undefined {
  if (replayed.value)
    return 'replay'
  return own.value && (own.value.info.value.mode === 'live' ? 'live' : 'recorded')
}

function isOlder(info: RunInfo | undefined, step: StepView | undefined): boolean {
  return info?.mode === 'live' && info.hash !== undefined && info.hash !== step?.hash
}

/** The reactive state of one step of a client's deck. */
export function createStepClient(id: string, client: Client, { printing, now }: StepClientOptions): StepClient {
  const { steps, recordCommand, flavour } = client.deck
  const isAudience = flavour === 'audience'
  const session = client.session(printing)
  const step = steps.find(s => s.id === id)
  const shown = shownOf(id, session, client.again)
  const { own, run, state, active } = shown
  const recording = recordingOf(step, client.loadRecording)
  const error = computed(() => errorOf(id, step, session.value, shown))
  const canEver = !printing && !isAudience && !!step
  const canRun = computed(() => canEver && ['open', 'local'].includes(session.value.status.value))
  const hasRecording = computed(() => !!recording.value)

  function start(options?: StartOptions): void {
    if (canRun.value && client.bounce.take(id))
      session.value.start(id, options)
  }

  function takeRecording(): void {
    const ranLive = session.value.allRuns.some(({ info: { value } }) => value.step === id && value.mode === 'live')
    if (badgeOf(shown) === 'recorded' && ranLive && session.value.back)
      session.value.back(id)
    else if (hasRecording.value)
      start({ replay: true, after: own.value?.info.value.n ?? 0 })
  }

  return {
    step,
    session,
    printing,
    run,
    state,
    active,
    lasting: computed(() => state.value.phase === 'ready' && !state.value.exit && badgeOf(shown) === 'live'),
    error,
    elapsed: computed(() => elapsedOf(shown, now.value)),
    badge: computed(() => badgeOf(shown)),
    recordedAt: computed(() => own.value?.info.value.recordedAt ?? recording.value?.at),
    recordedMs: computed(() => recording.value?.ms),
    stale: computed(() => !!recording.value && !(recording.value.fresh && recording.value.hash === step?.hash)),
    older: computed(() => isOlder(own.value?.info.value, step)),
    hasRecording,
    rescuable: computed(() => !!error.value && !active.value && hasRecording.value && step?.fallback !== 'off'
      && badgeOf(shown) !== 'recorded' && canRun.value),
    // The audience's own devices have no recordings: only the talk can tell.
    unrecorded: computed(() => !recordCommand
      && (error.value?.code === 'no-recording' || (!isAudience && recording.value === null))),
    canRun,
    start,
    cancel: () => session.value.cancel(id),
    async again() {
      const last = own.value
      if (last)
        client.again.show(createAgain(await session.value.log(id), last.info.value))
    },
    takeRecording,
  }
}
