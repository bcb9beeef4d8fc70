import type { LogEvent, Payload } from './event.ts'
import { z } from 'zod'
import { StepError } from './error.ts'
import { expectationSchema, payloadSchema, PHASES } from './event.ts'

const headerSchema = z.object({
  step: z.string(),
  /** Of the step when it was recorded. */
  hash: z.string(),
  /** ISO 8601. */
  recordedAt: z.string(),
  engines: z.record(z.string(), z.string()),
  /** Image name → id or digest. */
  images: z.record(z.string(), z.string()),
  /** From start to the run's moment. */
  durationMs: z.number(),
  phase: z.enum(PHASES),
  expectations: z.array(expectationSchema),
})
export type RecordingHeader = z.infer<typeof headerSchema>

/** A stored run. */
export interface Recording {
  header: RecordingHeader
  cols: number
  rows: number
  events: LogEvent[]
}

/** A cast may be at most this large: 256 MB, 500 × 200 cells, one hour. */
const LIMITS = { characters: 256 * 1024 * 1024, cols: 500, rows: 200, ms: 3_600_000 }

const castHeaderSchema = z.object({
  version: z.literal(3),
  term: z.object({ cols: z.int().min(1).max(LIMITS.cols), rows: z.int().min(1).max(LIMITS.rows) }),
  kamishibai: headerSchema,
})

/** Asciicast v3 codes that we write; source: the asciicast v3 specification. */
const OUTPUT = 'o'
const RESIZE = 'r'
const MARKER = 'm'
const EXIT = 'x'

/**
 * The two files of a recording: an asciicast v3 with our header key `kamishibai`,
 * and what no terminal knows as lines `[at in ms, type, payload]`.
 */
export function formatRecording({ header, cols, rows, events }: Recording): { cast: string, events: string } {
  const castHeader = {
    version: 3,
    term: { cols, rows, type: 'xterm-256color' },
    timestamp: Math.floor(Date.parse(header.recordedAt) / 1000),
    title: header.step,
    kamishibai: header,
  }
  const cast = [JSON.stringify(castHeader)]
  const others: string[] = []
  let before = 0
  const write = (at: number, code: string, data: string): void => {
    // Intervals are whole milliseconds of the running sum, so that rounding never adds up.
    const ms = Math.round(at)
    cast.push(`[${((ms - before) / 1000).toFixed(3)}, ${JSON.stringify(code)}, ${JSON.stringify(data)}]`)
    before = ms
  }
  for (const event of joinOutput(events)) {
    const { seq: _, at, ...payload } = event
    if (payload.type === 'output') {
      write(at, OUTPUT, payload.data)
    }
    else if (payload.type === 'resize') {
      write(at, RESIZE, `${payload.cols}x${payload.rows}`)
    }
    else if (payload.type === 'marker') {
      write(at, MARKER, payload.label)
    }
    else {
      const { type, ...rest } = payload
      if (payload.type === 'exit')
        write(at, EXIT, String(payload.code))
      others.push(JSON.stringify([Math.round(at), type, rest]))
    }
  }
  return { cast: `${cast.join('\n')}\n`, events: others.map(line => `${line}\n`).join('') }
}

/** Adjacent output of the same millisecond as one event. */
function joinOutput(events: LogEvent[]): LogEvent[] {
  const joined: LogEvent[] = []
  for (const event of events) {
    const last = joined.at(-1)
    if (event.type === 'output' && last?.type === 'output' && Math.round(last.at) === Math.round(event.at))
      joined[joined.length - 1] = { ...last, data: last.data + event.data }
    else
      joined.push(event)
  }
  return joined
}

const lineSchema = z.tuple([z.number().min(0), z.string(), z.string()])
const eventLineSchema = z.tuple([z.number().min(0), z.string(), z.record(z.string(), z.unknown())])

/** Reads what {@link formatRecording} wrote; throws StepError `recording-damaged` that names file part and line. */
export function parseRecording(cast: string, events: string): Recording {
  if (cast.length > LIMITS.characters)
    throw damaged('cast', 1, 'it is larger than 256 MB')
  const lines = cast.split('\n')
  const header = parseHeader(lines[0]!)
  const terminal: { at: number, payload: Payload }[] = []
  let at = 0
  lines.forEach((line, index) => {
    // The specification lets lines be empty or comments.
    if (index === 0 || !line.trim() || line.startsWith('#'))
      return
    const [interval, code, data] = parseLine(lineSchema, line, 'cast', index + 1)
    at += interval * 1000
    if (at > LIMITS.ms)
      throw damaged('cast', index + 1, 'it is longer than one hour')
    const payload = castPayload(code, data, index + 1)
    if (payload)
      terminal.push({ at: Math.round(at), payload })
  })
  const others = events.split('\n').flatMap((line, index) => {
    if (!line.trim())
      return []
    const [eventAt, type, rest] = parseLine(eventLineSchema, line, 'events.jsonl', index + 1)
    const payload = payloadSchema.safeParse({ ...rest, type })
    if (!payload.success)
      throw damaged('events.jsonl', index + 1, `it is no event: ${payload.error.issues[0]!.message}`)
    return [{ at: eventAt, payload: payload.data }]
  })
  return {
    header: header.kamishibai,
    cols: header.term.cols,
    rows: header.term.rows,
    events: merge(terminal, others).map(({ at, payload }, index) => ({ ...payload, at, seq: index + 1 })),
  }
}

function parseHeader(line: string): z.infer<typeof castHeaderSchema> {
  let json: unknown
  try {
    json = JSON.parse(line)
  }
  catch {
    throw damaged('cast', 1, 'its header is not JSON')
  }
  const version = (json as { version?: unknown } | null)?.version
  if (version !== 3)
    throw damaged('cast', 1, `it is of version ${String(version)}, and only version 3 is understood`)
  const header = castHeaderSchema.safeParse(json)
  if (!header.success) {
    const issue = header.error.issues[0]!
    throw damaged('cast', 1, `its header is wrong at ${issue.path.join('.')}: ${issue.message}`)
  }
  return header.data
}

function parseLine<T>(schema: z.ZodType<T>, line: string, part: string, number: number): T {
  try {
    const parsed = schema.safeParse(JSON.parse(line))
    if (parsed.success)
      return parsed.data
  }
  catch {}
  throw damaged(part, number, 'it is cut short or damaged')
}

function castPayload(code: string, data: string, line: number): Payload | undefined {
  switch (code) {
    case OUTPUT:
      return { type: 'output', data }
    case MARKER:
      return { type: 'marker', label: data }
    case RESIZE: {
      const [cols, rows] = data.split('x').map(Number)
      const payload = payloadSchema.safeParse({ type: 'resize', cols, rows })
      if (!payload.success)
        throw damaged('cast', line, 'its size is out of range')
      return payload.data
    }
    default:
      // The exit stands in the events, with its signal; other codes are not ours.
      return undefined
  }
}

interface Timed { at: number, payload: Payload }

/** Both lists by time; at the same time output comes before what it led to. */
function merge(terminal: Timed[], others: Timed[]): Timed[] {
  const merged: Timed[] = []
  let i = 0
  for (const other of others) {
    // A phase that begins the run precedes output of the same millisecond.
    const opens = other.payload.type === 'phase' && ['waiting', 'preparing', 'running'].includes(other.payload.phase)
    while (i < terminal.length && (opens ? terminal[i]!.at < other.at : terminal[i]!.at <= other.at))
      merged.push(terminal[i++]!)
    merged.push(other)
  }
  return [...merged, ...terminal.slice(i)]
}

function damaged(part: string, line: number, what: string): StepError {
  return new StepError('recording-damaged', `the recording's ${part}, line ${line}: ${what}`, 'Record the step again: kamishibai record --only STEP')
}
