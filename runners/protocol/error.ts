import { z } from 'zod'

/** Every way a step, a deck or a message can fail. A new code needs a sentence in {@link ERROR_TITLES}. */
export type ErrorCode
  = | 'bad-input'
    | 'cancelled'
    | 'engine-lost'
    | 'engine-unavailable'
    | 'exited-early'
    | 'expectation'
    | 'failed'
    | 'image-missing'
    | 'internal'
    | 'lacking'
    | 'needs-failed'
    | 'no-recording'
    | 'not-allowed'
    | 'not-available'
    | 'output-limit'
    | 'port-taken'
    | 'recording-damaged'
    | 'recording-stale'
    | 'timeout'
    | 'unknown-step'

/** A short title for each code, as a person reads it. */
export const ERROR_TITLES: Record<ErrorCode, string> = {
  'bad-input': 'bad input',
  'cancelled': 'cancelled',
  'engine-lost': 'the engine went away',
  'engine-unavailable': 'no engine',
  'exited-early': 'it ended before it was ready',
  'expectation': 'an expectation does not hold',
  'failed': 'it failed',
  'image-missing': 'the image is missing',
  'internal': 'an error in Kamishibai',
  'lacking': 'this machine lacks what the step requires',
  'needs-failed': 'a step it needs did not pass',
  'no-recording': 'there is no recording',
  'not-allowed': 'not allowed',
  'not-available': 'not available yet',
  'output-limit': 'too much output',
  'port-taken': 'the port is taken',
  'recording-damaged': 'the recording is damaged',
  'recording-stale': 'the recording is stale',
  'timeout': 'it took too long',
  'unknown-step': 'there is no such step',
}

/** What an error is about, apart from the words around it: so a window can say it in the language of its deck. */
export const errorParamsSchema = z.object({
  step: z.string(),
  /** Conditions that do not hold, and one expectation with how it stands. */
  until: z.string(),
  text: z.string(),
  detail: z.string(),
  /** How a program ended. */
  exit: z.number(),
  signal: z.string(),
  /** It ran out of memory. */
  memory: z.boolean(),
  image: z.string(),
  /** What mends it, in a shell. */
  command: z.string(),
  port: z.string(),
  seconds: z.number(),
  /** What was waited for may be meant to go on. */
  lasting: z.boolean(),
  mebibytes: z.number(),
  requirement: z.string(),
  line: z.number(),
}).partial()
export type ErrorParams = z.infer<typeof errorParamsSchema>

/** What crosses the wire and stands in a log of an error. */
export interface ErrorInfo {
  code: ErrorCode
  /** What happened, one sentence. */
  message: string
  /** What to do next, one sentence; empty if there is nothing. */
  hint: string
  /** The line of the fence, as it is shown, that it is about; from 1. */
  line?: number
  params?: ErrorParams
}

/** The one error that runners throw; recognised by its name, so that it survives two copies of this module. */
export class StepError extends Error {
  override readonly name = 'StepError'
  readonly code: ErrorCode
  readonly hint: string
  readonly line?: number
  readonly params?: ErrorParams

  constructor(code: ErrorCode, message: string, hint = '', options?: ErrorOptions & { line?: number, params?: ErrorParams }) {
    super(message, options)
    this.code = code
    this.hint = hint
    this.line = options?.line
    this.params = options?.params
  }

  toJSON(): ErrorInfo {
    return toErrorInfo(this)
  }
}

/** Whether `error` is a {@link StepError}, of whichever copy of this module. */
export function isStepError(error: unknown): error is StepError {
  return error instanceof Error && error.name === 'StepError'
}

/** `error` as it may be shown; what is no {@link StepError} becomes `internal` with its message. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (isStepError(error))
    return { code: error.code, message: error.message, hint: error.hint, ...error.line !== undefined && { line: error.line }, ...error.params && { params: error.params } }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message, hint: '' }
}
