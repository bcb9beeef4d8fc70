import { z } from 'zod'
import { errorParamsSchema } from './error.ts'

/** The phases of a run, in the order in which they may come; the last three are final. */
export const PHASES = ['idle', 'waiting', 'preparing', 'running', 'ready', 'exited', 'failed', 'cancelled'] as const
export type Phase = typeof PHASES[number]

/** A phase after which nothing of the run goes on (`ready` lives on until reset or the session's end). */
export function isFinal(phase: Phase): boolean {
  return phase === 'exited' || phase === 'failed' || phase === 'cancelled'
}

/** A phase in which the step counts as passed: what needs it may start. */
export function isPassed(phase: Phase): boolean {
  return phase === 'ready' || phase === 'exited'
}

/** A phase on the way to the run's moment, once it has begun. */
export function isUnderWay(phase: Phase): boolean {
  return phase === 'waiting' || phase === 'preparing' || phase === 'running'
}

/** An expectation as it was judged. */
export const expectationSchema = z.object({
  /** As it stands in the fence: `exit=0`, `match=/ok/`. */
  text: z.string(),
  ok: z.boolean(),
  detail: z.string().optional(),
})
export type Expectation = z.infer<typeof expectationSchema>

/** Names an object of an engine: `{kind: 'container', id, name}`. */
export const refSchema = z.object({
  kind: z.string(),
  id: z.string(),
  name: z.string(),
})
export type Ref = z.infer<typeof refSchema>

/** A slim projection of an object: only what a view shows, never secrets, environments or annotations. */
export const viewSchema = z.record(z.string(), z.json())
export type View = z.infer<typeof viewSchema>

const errorCode = z.string()

/** What a waiting run waits for: a shell of this name that is busy, or a step that runs first. */
export const awaitsSchema = z.object({ kind: z.enum(['shell', 'step']), name: z.string() })
export type Awaits = z.infer<typeof awaitsSchema>

/** How far something is that takes a while. */
export const progressSchema = z.object({
  type: z.literal('progress'),
  label: z.string(),
  done: z.number(),
  total: z.number(),
})

/** A pipeline of a block of which a part failed before its end: its line of the code, and the exit code. */
export const pipeSchema = z.object({ line: z.int(), code: z.int(), text: z.string() })
export type Pipe = z.infer<typeof pipeSchema>

/** What a runner emits: an event before it has a place in a log. */
export const payloadSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('phase'), phase: z.enum(PHASES), reason: z.string().optional(), awaits: awaitsSchema.optional(), expectations: z.array(expectationSchema).optional(), pipes: z.array(pipeSchema).optional() }),
  z.object({ type: z.literal('output'), data: z.string() }),
  z.object({ type: z.literal('resize'), cols: z.int().min(1).max(500), rows: z.int().min(1).max(200) }),
  z.object({ type: z.literal('resource'), op: z.enum(['added', 'modified', 'deleted']), ref: refSchema, view: viewSchema }),
  z.object({ type: z.literal('sample'), ref: refSchema, cpu: z.number(), memory: z.number() }),
  z.object({ type: z.literal('response'), n: z.int(), status: z.int(), ms: z.number(), by: z.string().optional() }),
  progressSchema,
  z.object({ type: z.literal('marker'), label: z.string() }),
  z.object({ type: z.literal('exit'), code: z.int(), signal: z.string().optional(), oom: z.boolean().optional() }),
  z.object({ type: z.literal('error'), code: errorCode, message: z.string(), hint: z.string(), line: z.int().min(1).optional(), params: errorParamsSchema.optional() }),
])
export type Payload = z.infer<typeof payloadSchema>
export type PayloadOf<T extends Payload['type']> = Extract<Payload, { type: T }>

/**
 * An event in the log of a run. `seq` counts from 1 without gaps; `at` is in ms since the run began.
 * For `sample`, cpu is in cores and memory in bytes.
 */
export type LogEvent = Payload & { seq: number, at: number }
