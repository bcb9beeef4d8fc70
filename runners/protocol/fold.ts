import type { ErrorInfo } from './error.ts'
import type { Awaits, Expectation, LogEvent, Payload, PayloadOf, Phase, Ref, View } from './event.ts'
import { isPassed } from './event.ts'

/** An object as the log last knew it. */
export interface ResourceState {
  ref: Ref
  view: View
  deleted: boolean
  /** When it was added and last changed, in ms since the run began. */
  addedAt: number
  changedAt: number
}

/** A run, folded: everything a view needs but the terminal's screen. */
export interface RunState {
  phase: Phase
  reason?: string
  /** What `reason` says while the run waits. */
  awaits?: Awaits
  /** Number and time of the last event. */
  seq: number
  at: number
  /** Characters of output so far. */
  outputLength: number
  cols?: number
  rows?: number
  exit?: { code: number, signal?: string, oom?: boolean }
  error?: ErrorInfo
  expectations: Expectation[]
  /** By `kind/id`. */
  resources: Record<string, ResourceState>
  samples: Record<string, { ref: Ref, points: { at: number, cpu: number, memory: number }[] }>
  responses: { n: number, status: number, ms: number, by?: string }[]
  progress?: PayloadOf<'progress'>
  markers: { at: number, label: string }[]
  /** When `preparing`, `running`, … began, in ms. */
  phases: { phase: Phase, at: number }[]
}

/** The state of a run before its first event. */
export function emptyRun(): RunState {
  return { phase: 'idle', seq: 0, at: 0, outputLength: 0, expectations: [], resources: {}, samples: {}, responses: [], markers: [], phases: [] }
}

/**
 * Whether the run failed in a way that its recording makes good: before its moment, or with its engine.
 * What a demo itself stops after its moment has shown what it had to show.
 */
export function needsRecording({ phase, phases, error }: RunState): boolean {
  return phase === 'failed' && (error?.code === 'engine-lost' || !phases.some(p => isPassed(p.phase)))
}

/** The key of an object in {@link RunState.resources}. */
export function refKey(ref: Ref): string {
  return `${ref.kind}/${ref.id}`
}

type Fold<P extends Payload> = (state: RunState, event: P, at: number) => void

const folds: { [T in Payload['type']]: Fold<PayloadOf<T>> } = {
  phase(state, { phase, reason, awaits, expectations }, at) {
    state.phase = phase
    state.reason = reason
    state.awaits = awaits
    state.phases.push({ phase, at })
    if (expectations)
      state.expectations = expectations
  },
  output: (state, { data }) => void (state.outputLength += data.length),
  resize: (state, { cols, rows }) => void Object.assign(state, { cols, rows }),
  resource(state, { op, ref, view }, at) {
    const before = state.resources[refKey(ref)]
    state.resources[refKey(ref)] = {
      ref,
      view: op === 'deleted' && !Object.keys(view).length ? before?.view ?? {} : view,
      deleted: op === 'deleted',
      addedAt: before?.addedAt ?? at,
      changedAt: at,
    }
  },
  sample(state, { ref, cpu, memory }, at) {
    const series = state.samples[refKey(ref)] ??= { ref, points: [] }
    series.points.push({ at, cpu, memory })
  },
  response: (state, { n, status, ms, by }) => void state.responses.push({ n, status, ms, by }),
  progress: (state, progress) => void (state.progress = progress),
  marker: (state, { label }, at) => void state.markers.push({ at, label }),
  exit: (state, { code, signal, oom }) => void (state.exit = { code, signal, oom }),
  error: (state, { code, message, hint, line, params }) => void (state.error = { code: code as ErrorInfo['code'], message, hint, ...line && { line }, ...params && { params } }),
}

/** Adds `event` to `state` in place; the only place that knows what an event means. */
export function foldEvent(state: RunState, event: LogEvent): RunState {
  state.seq = event.seq
  state.at = event.at
  ;(folds[event.type] as Fold<Payload>)(state, event, event.at)
  return state
}

/** The state of a log at time `until` (ms), by default at its end. */
export function foldRun(events: Iterable<LogEvent>, until = Infinity): RunState {
  const state = emptyRun()
  for (const event of events) {
    if (event.at > until)
      break
    foldEvent(state, event)
  }
  return state
}
