import { z } from 'zod'

/** What is told of all errors with one code. */
interface ErrorKind {
  /** A short title, as a person reads it. */
  title: string
  /** The exit code of a command that ends with it: 2 where another call or another deck would not have met it. */
  exit: 1 | 2
  /** An engine that went away may show itself as this error. */
  engine?: true
}

/** Every way a step, a deck, a call or a message can fail. A new code needs a sentence in client/errorText.ts, too. */
export const ERRORS = {
  'bad-condition': { title: 'the condition cannot be judged', exit: 1, engine: true },
  'bad-container': { title: 'the container is not as it can be made', exit: 2 },
  'bad-context': { title: 'the build context cannot be used', exit: 2 },
  'bad-deck': { title: 'the deck cannot be read', exit: 2 },
  'bad-file': { title: 'a file cannot be read', exit: 2 },
  'bad-manifest': { title: 'the manifest is wrong', exit: 2 },
  'bad-message': { title: 'the message is not understood', exit: 2 },
  'bad-option': { title: 'an option of the fence is wrong', exit: 2 },
  'bad-output': { title: 'nothing can be written there', exit: 2 },
  'bad-request': { title: 'the request is wrong', exit: 2 },
  'build-failed': { title: 'the build failed', exit: 1, engine: true },
  'cancelled': { title: 'cancelled', exit: 1 },
  'changed-meanwhile': { title: 'it changed meanwhile', exit: 2 },
  'command-failed': { title: 'a command failed', exit: 1, engine: true },
  'conflict': { title: 'another tool owns it', exit: 1, engine: true },
  'disk-full': { title: 'the disk is full', exit: 1, engine: true },
  'engine-lost': { title: 'the engine went away', exit: 1 },
  'engine-refused': { title: 'the engine refuses', exit: 1, engine: true },
  'engine-unavailable': { title: 'no engine', exit: 1 },
  'exit-code': { title: 'it failed', exit: 1, engine: true },
  'exited-early': { title: 'it ended before it was ready', exit: 1, engine: true },
  'expectation': { title: 'an expectation does not hold', exit: 1, engine: true },
  'image-missing': { title: 'the image is missing', exit: 1 },
  'internal': { title: 'an error in Kamishibai', exit: 1 },
  'key-wanted': { title: 'a program waits for a key', exit: 1 },
  'lacking': { title: 'this machine lacks what the step requires', exit: 1 },
  'missing-tool': { title: 'a program is not installed', exit: 1 },
  'name-taken': { title: 'the name is taken', exit: 2, engine: true },
  'needs-failed': { title: 'a step it needs did not pass', exit: 1 },
  'no-recording': { title: 'there is no recording', exit: 1 },
  'not-allowed': { title: 'not allowed', exit: 2 },
  'not-available': { title: 'not available here', exit: 1 },
  'not-found': { title: 'it is not there', exit: 2, engine: true },
  'not-granted': { title: 'no grant allows it', exit: 2 },
  'not-own': { title: 'it is not the session\'s own', exit: 2 },
  'not-removed': { title: 'it could not be removed', exit: 1, engine: true },
  'not-running': { title: 'it does not run', exit: 1, engine: true },
  'not-started': { title: 'it does not start', exit: 1, engine: true },
  'output-limit': { title: 'too much output', exit: 1 },
  'outside-deck': { title: 'it lies outside the deck', exit: 2 },
  'policy-refused': { title: 'the cluster does not allow it', exit: 2 },
  'port-taken': { title: 'the port is taken', exit: 1 },
  'recording-damaged': { title: 'the recording is damaged', exit: 1 },
  'recording-stale': { title: 'the recording is stale', exit: 1 },
  'removed': { title: 'it was removed while it ran', exit: 1, engine: true },
  'step-changed': { title: 'the step has changed', exit: 1 },
  'timeout': { title: 'it took too long', exit: 1 },
  'unknown-step': { title: 'there is no such step', exit: 2 },
  'unreachable': { title: 'it cannot be reached', exit: 1, engine: true },
  'unsupported': { title: 'this cannot be done here', exit: 1 },
  'usage': { title: 'the call is wrong', exit: 2 },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof ERRORS

/** The kind of an error; undefined for a code of another version. */
export function kindOf(code: string): ErrorKind | undefined {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : undefined
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

/** An error as it crosses the wire; a code that is not known here is shown by its message. */
export const errorInfoSchema = z.object({
  code: z.string().transform(code => code as ErrorCode),
  message: z.string(),
  hint: z.string(),
  line: z.int().optional(),
  params: errorParamsSchema.optional(),
})

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
  if (isStepError(error)) {
    return {
      code: error.code,
      message: error.message,
      hint: error.hint,
      ...(error.line !== undefined && { line: error.line }),
      ...(error.params && { params: error.params }),
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message, hint: '' }
}
