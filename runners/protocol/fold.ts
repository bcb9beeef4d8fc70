import type { ErrorInfo } from './error.ts'
import type { LogEvent, Payload, PayloadOf, Ref, View } from './event.ts'
import { z } from 'zod'
import { errorInfoSchema } from './error.ts'
import { awaitsSchema, expectationSchema, isPassed, PHASES, pipeSchema, progressSchema, refSchema } from './event.ts'

/** An object as the log last knew it. */
const resourceStateSchema = z.object({
  ref: refSchema,
  // Every value of what crosses the wire is JSON: looking into each view would only cost time.
  view: z.custom<View>(view => typeof view === 'object' && view !== null && !Array.isArray(view)),
  deleted: z.boolean(),
  /** When it was added and last changed, in ms since the run began. */
  addedAt: z.number(),
  changedAt: z.number(),
})
export type ResourceState = z.infer<typeof resourceStateSchema>

/** A run, folded: everything a view needs but the terminal's screen. */
export const runStateSchema = z.object({
  phase: z.enum(PHASES),
  reason: z.string().optional(),
  /** What `reason` says while the run waits. */
  awaits: awaitsSchema.optional(),
  /** Number and time of the last event. */
  seq: z.int(),
  at: z.number(),
  /** Characters of output so far. */
  outputLength: z.int(),
  cols: z.int().optional(),
  rows: z.int().optional(),
  exit: z.object({ code: z.int(), signal: z.string().optional(), oom: z.boolean().optional() }).optional(),
  error: errorInfoSchema.optional(),
  expectations: z.array(expectationSchema),
  pipes: z.array(pipeSchema).optional(),
  /** By `kind/id`. */
  resources: z.record(z.string(), resourceStateSchema),
  samples: z.record(z.string(), z.object({
    ref: refSchema,
    points: z.array(z.object({ at: z.number(), cpu: z.number(), memory: z.number() })),
  })),
  responses: z.array(z.object({ n: z.int(), status: z.int(), ms: z.number(), by: z.string().optional() })),
  progress: progressSchema.optional(),
  markers: z.array(z.object({ at: z.number(), label: z.string() })),
  /** When `preparing`, `running`, … began, in ms. */
  phases: z.array(z.object({ phase: z.enum(PHASES), at: z.number() })),
})
export type RunState = z.infer<typeof runStateSchema>

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
  phase(state, { phase, reason, awaits, expectations, pipes }, at) {
    state.phase = phase
    state.reason = reason
    state.awaits = awaits
    state.phases.push({ phase, at })
    if (pipes)
      state.pipes = pipes
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
  progress: (state, { type, label, done, total }) => void (state.progress = { type, label, done, total }),
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
