import type { ComputedRef } from 'vue'
import type { ErrorInfo } from '../../runners/protocol/error.ts'
import type { RunState } from '../../runners/protocol/fold.ts'
import type { StepView } from '../../runners/protocol/step.ts'
import type { ClientRun } from '../session/clientRun.ts'
import type { SessionClient, StartOptions } from '../session/sessionClient.ts'
import { useNav } from '@slidev/client'
import { recordCommand, remote, served, steps } from 'virtual:kamishibai/deck'
import { computed, onScopeDispose, shallowRef, watchEffect } from 'vue'
import { isUnderWay } from '../../runners/protocol/event.ts'
import { emptyRun } from '../../runners/protocol/fold.ts'
import { loadRecording } from '../session/recordings.ts'
import { useSession } from '../session/useSession.ts'
import { createAgain } from './again.ts'
import { BOUNCE, markStart } from './bounce.ts'
import { useAgain } from './useAgain.ts'

export interface StepClient {
  /** Undefined when the deck has no such step. */
  step: StepView | undefined
  session: { readonly value: SessionClient }
  printing: boolean
  /** What to show: the last run, or what *Again* plays. */
  run: ComputedRef<ClientRun | undefined>
  state: ComputedRef<RunState>
  active: ComputedRef<boolean>
  error: ComputedRef<ErrorInfo | undefined>
  /** Seconds of the run so far, or that it took. */
  elapsed: ComputedRef<number | undefined>
  badge: ComputedRef<'live' | 'recorded' | 'replay' | undefined>
  /** When the recording was made that is shown or that could be played. */
  recordedAt: ComputedRef<string | undefined>
  /** Milliseconds from start to moment in the recording that could be played. */
  recordedMs: ComputedRef<number | undefined>
  stale: ComputedRef<boolean>
  hasRecording: ComputedRef<boolean>
  /** There is nothing to show, and nobody who sees this page could change that. */
  unrecorded: ComputedRef<boolean>
  canRun: ComputedRef<boolean>
  start: (options?: StartOptions) => void
  cancel: () => void
  again: () => Promise<void>
}

const started = new Map<string, number>()

/** Milliseconds that the moment of a run took: until it was ready or over. */
function momentOf(state: RunState): number {
  const passed = state.phases.find(({ phase }) => phase === 'ready' || phase === 'exited' || phase === 'failed' || phase === 'cancelled')
  return passed?.at ?? state.at
}

/** The reactive state of one step, for any component. */
export function useStep(id: string): StepClient {
  const printing = useNav().isPrintMode.value
  const session = useSession(printing)
  const { current, show } = useAgain()
  const step = steps.find(s => s.id === id)
  const own = computed(() => session.value.runs.get(id))
  // A view that lacks its step has no id, and while nothing is played again, that is no step's either.
  const replayed = computed(() => current.value && current.value.step === id ? current.value : undefined)
  const run = computed(() => replayed.value ? replayed.value.run.value : own.value)
  const idle = emptyRun()
  // A fresh wrapper each time: the folded state itself is changed in place.
  const state = computed<RunState>(() => ({ ...(run.value?.state.value ?? idle) }))
  const active = computed(() => isUnderWay(state.value.phase) || (state.value.phase === 'idle' && !!own.value?.info.value.n))
  const canRun = computed(() => !printing && !remote && !!step && ['open', 'local'].includes(session.value.status.value))

  const recording = shallowRef<{ at: string, fresh: boolean, ms: number } | null>()
  if (step) {
    loadRecording(id).then((r) => {
      recording.value = r ? { at: r.header.recordedAt, fresh: r.fresh, ms: r.header.durationMs } : null
    }, () => {})
  }
  // Where nothing can run live, the first thing to see is the result.
  watchEffect(() => {
    if (printing || !served)
      void session.value.preview?.(id).catch(() => {})
  })

  const now = shallowRef(Date.now())
  watchEffect((onCleanup) => {
    if (!active.value || printing)
      return
    now.value = Date.now()
    const timer = setInterval(() => (now.value = Date.now()), 100)
    onCleanup(() => clearInterval(timer))
  })

  const error = computed(() => {
    const { n, fallback } = own.value?.info.value ?? {}
    // Who took the recording after a failure knows why; where it came by itself, it says so.
    const asked = step?.fallback !== 'auto' && session.value.allRuns.some(({ info }) => info.value.step === id && info.value.mode === 'live' && info.value.n < n!)
    return session.value.errors.get(id) ?? state.value.error ?? (asked ? undefined : fallback as ErrorInfo | undefined)
  })

  const again = async (): Promise<void> => {
    const shown = own.value
    if (shown)
      show(createAgain(await session.value.log(id), shown.info.value))
  }
  onScopeDispose(() => {
    if (replayed.value && !document.querySelector(`[data-kb-step="${id}"]`))
      useAgain().end()
  })

  return {
    step,
    session,
    printing,
    run,
    state,
    active,
    error,
    elapsed: computed(() => {
      if (!run.value || state.value.phase === 'idle')
        return undefined
      if (replayed.value)
        return replayed.value.at.value / 1000
      if (active.value)
        return Math.max(now.value - run.value.info.value.startedAt, state.value.at, 0) / 1000
      return momentOf(state.value) / 1000
    }),
    badge: computed(() => {
      if (replayed.value)
        return 'replay'
      if (own.value)
        return own.value.info.value.mode === 'live' ? 'live' : 'recorded'
      return undefined
    }),
    recordedAt: computed(() => own.value?.info.value.recordedAt ?? recording.value?.at),
    recordedMs: computed(() => recording.value?.ms),
    stale: computed(() => recording.value?.fresh === false),
    hasRecording: computed(() => !!recording.value),
    // The audience's own devices have no recordings: only the talk can tell.
    unrecorded: computed(() => !recordCommand && (error.value?.code === 'no-recording' || (!remote && recording.value === null))),
    canRun,
    start(options) {
      const time = Date.now()
      if (!canRun.value || time - (started.get(id) ?? 0) < BOUNCE)
        return
      started.set(id, time)
      markStart()
      session.value.start(id, options)
    },
    cancel: () => session.value.cancel(id),
    again,
  }
}
