import type { RunnerName } from './step.ts'
import { z } from 'zod'
import { errorInfoSchema } from './error.ts'
import { payloadSchema } from './event.ts'
import { runStateSchema } from './fold.ts'

/** Where the service answers. */
export const SOCKET_PATH = '/__kamishibai/ws'
/** The element of a built page that tells what the service knows of the deck, as JSON. */
export const PAGE_DECK_ID = 'kamishibai-deck'
/** Where the service of a deck that was built hands out recordings, by step id. */
export const RECORDINGS_PATH = '/__kamishibai/recordings/'
/** Vite's launch-editor: a GET starts the user's editor on any file. */
export const EDITOR_PATH = '/__open-in-editor'
/** Sub-protocols: the protocol's own name, and the driver token behind its prefix. */
export const SUBPROTOCOL = 'kamishibai.v1'
export const TOKEN_PREFIX = 'kamishibai.token.'
/** Where a page's own requests that change something carry the driver token. */
export const TOKEN_HEADER = 'x-kamishibai-token'
/** A message from a browser is at most this long, in bytes: the drawing on a slide, mostly. */
export const MAX_CLIENT_MESSAGE = 1024 * 1024
/** Bytes that may be under way to a browser without an `ack`. */
export const CREDIT = 512 * 1024

/** How a runner stands: live, or replaying and why. */
export const runnerStateSchema = z.object({
  name: z.string(),
  mode: z.enum(['live', 'replay']),
  version: z.string().optional(),
  reason: z.string().optional(),
  /** Why it does not answer now, of one that was live at the start. */
  down: z.string().optional(),
})
export interface RunnerState { name: RunnerName, mode: 'live' | 'replay', version?: string, reason?: string, down?: string }

/** What a browser knows of a run besides its log. */
export const runInfoSchema = z.object({
  /** Number of the run in its session, from 1. */
  n: z.int(),
  step: z.string(),
  mode: z.enum(['live', 'replay']),
  /** The hash of the step as it was run. */
  hash: z.string().optional(),
  /** When the recording was made, ISO 8601; of a replay only. */
  recordedAt: z.string().optional(),
  /** What went wrong live, where a recording was taken for it. */
  fallback: errorInfoSchema.optional(),
  /** It catches up, unseen, what a step still to come needs. */
  background: z.boolean().optional(),
  /** When the run began, ms since the epoch by the service's clock. */
  startedAt: z.number(),
  cols: z.int(),
  rows: z.int(),
})
export type RunInfo = z.infer<typeof runInfoSchema>

/** What Slidev keeps in step between windows. */
export const windowsChannelSchema = z.enum(['shared', 'drawings'])
export type WindowsChannel = z.infer<typeof windowsChannelSchema>

/** How the deck on disk stands to the one that is presented. */
export const deckChangeSchema = z.object({
  state: z.enum(['none', 'changed', 'asking', 'building', 'failed']),
  /** The steps that differ. */
  steps: z.array(z.string()),
  /** Why the change could not be taken. */
  reason: z.string().optional(),
})
export type DeckChange = z.infer<typeof deckChangeSchema>

/** From browser to service. Only step ids and run numbers, never commands. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  /** First message: what this tab has of each run, to go on from there. */
  z.object({ type: z.literal('hello'), session: z.string().optional(), have: z.record(z.string(), z.int()).default({}) }),
  /**
   * `after` is the step's last run that this window knows of, 0 for none: of two windows that press at once, one starts
   * it. `hash` is that of the step which the window shows: another one does not run for it.
   */
  z.object({ type: z.literal('run'), step: z.string().max(64), replay: z.boolean().default(false), after: z.int().min(0).optional(), hash: z.string().max(64).optional() }),
  z.object({ type: z.literal('cancel'), run: z.int() }),
  /** Shows the last live run of a step again, whose place its recording has taken. */
  z.object({ type: z.literal('back'), step: z.string().max(64) }),
  z.object({ type: z.literal('input'), run: z.int(), data: z.string().max(32 * 1024) }),
  z.object({ type: z.literal('resize'), run: z.int(), cols: z.int().min(2).max(500), rows: z.int().min(1).max(200) }),
  /** Plays recordings from now on, or runs live again. */
  z.object({ type: z.literal('mode'), mode: z.enum(['live', 'replay']) }),
  /** Makes these steps, or all, as if they had never run. */
  z.object({ type: z.literal('reset'), steps: z.array(z.string().max(64)).max(1000).optional() }),
  /** The slide that this window shows, from 1, how many of its clicks are done, and the step that lies over it. */
  z.object({ type: z.literal('slide'), no: z.int().min(1).max(10_000), clicks: z.int().min(0).max(1_000_000).default(0), over: z.string().max(64).optional() }),
  /** Asks that what changed on disk be presented. */
  z.object({ type: z.literal('take') }),
  /** Enlarges a part of the slide that is shown, by its number among them, or none. */
  z.object({ type: z.literal('enlarge'), part: z.int().min(1).max(1000).optional() }),
  /** What this window changed of all that Slidev keeps in step; `null` stands for what is no longer there. */
  z.object({ type: z.literal('windows'), channel: windowsChannelSchema, patch: z.record(z.string().regex(/^[a-z\d]\w{0,31}$/i), z.unknown()) }),
  /** Bytes of terminal frames that were drawn. */
  z.object({ type: z.literal('ack'), bytes: z.int().min(0) }),
  /** Asks for the whole log of a run, for Again. */
  z.object({ type: z.literal('log'), run: z.int() }),
])
export type ClientMessage = z.infer<typeof clientMessageSchema>

/** From service to browser; terminal output goes in binary frames instead ({@link encodeFrame}). */
export const serverMessageSchema = z.discriminatedUnion('type', [
  /** `now` is the service's clock, for windows on other machines; `build` names what pages are built of. */
  z.object({ type: z.literal('session'), session: z.string(), deck: z.string(), mode: z.enum(['auto', 'live', 'replay']), runners: z.array(runnerStateSchema), now: z.number().optional(), build: z.string().optional() }),
  /** A run as it stands: `state` up to its seq, `screen` (ANSI) up to `screenSeq`. */
  z.object({ type: z.literal('snapshot'), run: runInfoSchema, state: runStateSchema, screen: z.string(), screenSeq: z.int() }),
  z.object({ type: z.literal('event'), run: z.int(), seq: z.int(), at: z.number(), payload: payloadSchema }),
  z.object({ type: z.literal('log'), run: z.int(), cast: z.string(), events: z.string() }),
  deckChangeSchema.extend({ type: z.literal('change') }),
  /**
   * The slide that is shown, how many of its clicks are done, the step that lies over it, the part that is enlarged,
   * and how long each slide was until now, in ms, by number.
   */
  z.object({ type: z.literal('pace'), slide: z.int(), clicks: z.int().default(0), over: z.string().optional(), enlarged: z.int().optional(), spent: z.record(z.string(), z.number()) }),
  /** How the audience's own devices are served: what they open, and how many do. */
  z.object({ type: z.literal('remote'), state: z.enum(['off', 'preparing', 'open', 'failed']), urls: z.array(z.string()), viewers: z.int() }),
  /** What another window changed of it; `whole` is all of it, as a window needs it first. */
  z.object({ type: z.literal('windows'), channel: windowsChannelSchema, patch: z.record(z.string(), z.unknown()), whole: z.boolean().optional() }),
  errorInfoSchema.extend({ type: z.literal('error'), step: z.string().optional() }),
  /** Numbers of the runs that a reset has undone. */
  z.object({ type: z.literal('forgotten'), runs: z.array(z.int()) }),
])
export type ServerMessage = z.infer<typeof serverMessageSchema>

const HEADER = 16

/** A binary frame: run (u32), seq of its last event (u32), at in ms (f64), then UTF-8 output. Big-endian. */
export function encodeFrame(run: number, seq: number, at: number, data: string): Uint8Array {
  const bytes = new TextEncoder().encode(data)
  const frame = new Uint8Array(HEADER + bytes.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, run)
  view.setUint32(4, seq)
  view.setFloat64(8, at)
  frame.set(bytes, HEADER)
  return frame
}

/** The parts of a frame made by {@link encodeFrame}; throws RangeError if it is too short. */
export function decodeFrame(buffer: ArrayBuffer): { run: number, seq: number, at: number, data: Uint8Array } {
  const view = new DataView(buffer)
  return {
    run: view.getUint32(0),
    seq: view.getUint32(4),
    at: view.getFloat64(8),
    data: new Uint8Array(buffer, HEADER),
  }
}
