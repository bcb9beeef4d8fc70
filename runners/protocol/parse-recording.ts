import type { Payload } from './event.ts'
import type { Recording, Timed } from './recording.ts'
import { z } from 'zod'
import { StepError } from './error.ts'
import { payloadSchema } from './event.ts'
import { CODES, headerSchema, LIMITS, merge } from './recording.ts'

const castHeaderSchema = z.object({
  version: z.literal(3),
  term: z.object({ cols: z.int().min(1).max(LIMITS.cols), rows: z.int().min(1).max(LIMITS.rows) }),
  kamishibai: headerSchema,
})

const eventLineSchema = z.tuple([z.number().min(0).max(LIMITS.ms), z.string(), z.record(z.string(), z.unknown())])

/** What a damaged recording is called where it is told of. */
export interface RecordingNames {
  cast: string
  events: string
  /** What records the step again, in a shell. */
  again: string
  step?: string
}

/** Without a deck there is neither a path nor a step. */
const UNNAMED: RecordingNames = { cast: 'the recording\'s cast', events: 'the recording\'s events.jsonl', again: 'kamishibai record --only STEP' }

/** Reads what {@link formatRecording} wrote; throws StepError `recording-damaged` that names file and line. */
export function parseRecording(cast: string, events: string, names = UNNAMED): Recording {
  try {
    return parse(cast, events)
  }
  catch (error) {
    if (!(error instanceof Damage))
      throw error
    const { part, line, newer, message } = error
    const hint = newer ? `Update Kamishibai, or record the step again: ${names.again}` : `Record the step again: ${names.again}`
    throw new StepError('recording-damaged', `${names[part]}, line ${line}: ${message}`, hint, { params: { line, ...names.step && { step: names.step } } })
  }
}

function parse(cast: string, events: string): Recording {
  checkSize('cast', cast)
  checkSize('events', events)
  const lines = cast.split('\n')
  const header = parseHeader(lines[0]!)
  const terminal: Timed[] = []
  let at = 0
  let exits = 0
  lines.forEach((line, index) => {
    // The specification lets lines be empty or comments.
    if (index === 0 || !line.trim() || line.startsWith('#'))
      return
    const [interval, code, data] = parseCastLine(line, index + 1)
    at += interval * 1000
    if (at > LIMITS.ms)
      throw damaged('cast', index + 1, 'it is longer than one hour')
    exits += code === CODES.exit ? 1 : 0
    const payload = castPayload(code, data, index + 1)
    if (payload)
      terminal.push({ at: Math.round(at), payload })
  })
  const others = parseEvents(events)
  // Both files name every exit, so that each shows whether the other was cut at the end of a line.
  const exited = others.filter(other => other.payload.type === 'exit').length
  if (exits !== exited)
    throw damaged(exits < exited ? 'cast' : 'events', (exits < exited ? lines : events.split('\n')).length, 'it ends before the exit of the run')
  return {
    header: header.kamishibai,
    cols: header.term.cols,
    rows: header.term.rows,
    events: merge(terminal, others).map(({ at, payload }, index) => ({ ...payload, at, seq: index + 1 })),
  }
}

function parseEvents(text: string): Timed[] {
  let before = 0
  return text.split('\n').flatMap((line, index) => {
    if (!line.trim())
      return []
    const parsed = eventLineSchema.safeParse(parseJson(line, 'events', index + 1))
    if (!parsed.success)
      throw damaged('events', index + 1, 'it is no [at, type, payload]')
    const [at, type, rest] = parsed.data
    // An event of a later version.
    if (!TYPES.has(type))
      return []
    const payload = readPayload({ ...rest, type }, index + 1)
    if (!payload.success)
      throw damaged('events', index + 1, `its ${type} is wrong at ${payload.error.issues[0]!.path.join('.')}: ${payload.error.issues[0]!.message}`)
    if (at < before)
      throw damaged('events', index + 1, 'its time runs backwards')
    before = at
    return [{ at, payload: payload.data }]
  })
}

/** Values may be nested as deep as the file says, and each level takes its place on the stack. */
function readPayload(value: unknown, line: number): ReturnType<typeof payloadSchema.safeParse> {
  try {
    return payloadSchema.safeParse(value)
  }
  catch (error) {
    throw error instanceof RangeError ? damaged('events', line, 'it is nested too deeply') : error
  }
}

const TYPES = new Set<string>(payloadSchema.options.map(option => option.shape.type.value))

function checkSize(part: Part, text: string): void {
  // A character takes one to three bytes; short texts need no count.
  if (
    text.length > LIMITS.bytes
    || (text.length > LIMITS.bytes / 3 && new TextEncoder().encode(text).length > LIMITS.bytes)
  ) {
    throw damaged(part, 1, 'it is larger than 256 MB')
  }
}

function parseHeader(line: string): z.infer<typeof castHeaderSchema> {
  const json = parseJson(line, 'cast', 1) as { version?: unknown, kamishibai?: unknown } | null
  const version = json?.version
  if (typeof version === 'number' && version > 3)
    throw damaged('cast', 1, `it is of version ${version}, made by a newer program; this one reads version 3`, true)
  if (version !== 3)
    throw damaged('cast', 1, `it is of version ${String(version)}, and only version 3 is understood`)
  if (json?.kamishibai === undefined)
    throw damaged('cast', 1, 'its header lacks the key kamishibai: it is a cast of another program')
  const header = castHeaderSchema.safeParse(json)
  if (!header.success) {
    const issue = header.error.issues[0]!
    throw damaged('cast', 1, `its header is wrong at ${issue.path.join('.')}: ${issue.message}`)
  }
  return header.data
}

function parseJson(line: string, part: Part, number: number): unknown {
  try {
    return JSON.parse(line)
  }
  catch {
    throw damaged(part, number, line.trim() ? 'it is cut short or damaged' : 'it is empty')
  }
}

/** Checked by hand: a recording has a hundred thousand of these. */
function parseCastLine(line: string, number: number): [interval: number, code: string, data: string] {
  const event = parseJson(line, 'cast', number)
  if (!Array.isArray(event) || event.length !== 3 || typeof event[0] !== 'number' || event[0] < 0 || typeof event[1] !== 'string' || typeof event[2] !== 'string')
    throw damaged('cast', number, 'it is no [interval, code, data]')
  return event as [number, string, string]
}

function castPayload(code: string, data: string, line: number): Payload | undefined {
  switch (code) {
    case CODES.output:
      return { type: 'output', data }
    case CODES.marker:
      return { type: 'marker', label: data }
    case CODES.resize: {
      const [cols, rows] = data.split('x').map(Number)
      const payload = payloadSchema.safeParse({ type: 'resize', cols, rows })
      if (!payload.success)
        throw damaged('cast', line, 'its size is out of range: at most 500 × 200 cells')
      return payload.data
    }
    default:
      // The exit stands in the events, with its signal; other codes are not ours.
      return undefined
  }
}

type Part = 'cast' | 'events'

/** What is wrong with a recording, and where. */
class Damage extends Error {
  readonly part: Part
  readonly line: number
  /** A newer program made it. */
  readonly newer: boolean

  constructor(part: Part, line: number, what: string, newer: boolean) {
    super(what)
    this.part = part
    this.line = line
    this.newer = newer
  }
}

function damaged(part: Part, line: number, what: string, newer = false): Damage {
  return new Damage(part, line, what, newer)
}
