import type { IncomingMessage } from 'node:http'
import type { RequestOptions } from 'node:https'
import type { Status } from './objects.ts'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { StepError } from '../protocol/error.ts'

/** Where an API server is, and as whom it is spoken to; asked anew for each request, since tokens change. */
export interface Access {
  server: string
  options: () => Promise<RequestOptions>
}

export interface CallOptions {
  query?: Record<string, string | number | boolean | string[] | undefined>
  contentType?: string
  accept?: string
  signal?: AbortSignal
  /** Gets the warnings that the server gives beside its answer. */
  onWarning?: (text: string) => void
}

/** What an API server answers, as JSON: no field is dropped on the way, unlike in typed clients. */
export interface Api extends Access {
  get: <T>(path: string, options?: CallOptions) => Promise<T>
  /** Sends `body` as JSON. The status says whether something was created. */
  send: <T>(method: string, path: string, body?: unknown, options?: CallOptions) => Promise<{ status: number, body: T }>
  /** The answer as it comes: a watch, or a log. */
  stream: (path: string, options?: CallOptions) => Promise<IncomingMessage>
}

/** A refusal of the API server, in its words. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly status?: Status
  /** How long the server asks to wait, in ms. */
  readonly retryAfterMs?: number

  constructor(code: number, text: string, retryAfter?: string) {
    const status = parseStatus(text)
    super(status?.message ?? (text.trim() || `it answered ${code}`))
    this.code = code
    this.status = status
    this.retryAfterMs = retryAfter ? Number(retryAfter) * 1000 || undefined : undefined
  }
}

/** What the codes of connections mean. */
const CUTS: Record<string, string> = {
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to it',
  ETIMEDOUT: 'nothing comes back',
}

/** How long a connection may be silent before an answer, in ms. */
const SILENCE = 10_000

/**
 * A plain client of one API server. Throws {@link ApiError} for its refusals, and StepError `engine-lost` where it does
 * not answer.
 */
export function createApi({ server, options }: Access): Api {
  async function open(method: string, path: string, body: string | undefined, { query, contentType = 'application/json', accept = 'application/json', signal }: CallOptions): Promise<IncomingMessage> {
    const url = new URL(`${server.replace(/\/$/, '')}${path}`)
    for (const [key, value] of Object.entries(query ?? {})) {
      for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value])
        url.searchParams.append(key, String(one))
    }
    const base = await options()
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      const call = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
        ...base,
        method,
        signal,
        headers: { ...base.headers as Record<string, string>, 'Accept': accept, 'User-Agent': 'kamishibai', ...body !== undefined && { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) } },
      }, (response) => {
        call.setTimeout(0)
        resolve(response)
      })
      call.setTimeout(SILENCE, () => call.destroy(new Error(`no answer within ${SILENCE / 1000} s`)))
      call.on('error', error => reject(signal?.aborted ? signal.reason : lost(server, error)))
      call.end(body)
    })
  }

  async function send<T>(
    method: string,
    path: string,
    body?: unknown,
    callOptions: CallOptions = {},
  ): Promise<{ status: number, body: T }> {
    const response = await open(method, path, body === undefined ? undefined : JSON.stringify(body), callOptions)
    const text = await readAll(response).catch((error: Error) => {
      throw callOptions.signal?.aborted ? callOptions.signal.reason : lost(server, error)
    })
    const status = response.statusCode!
    if (status >= 400)
      throw new ApiError(status, text, response.headers['retry-after'])
    warningsOf(response).forEach(warning => callOptions.onWarning?.(warning))
    return { status, body: JSON.parse(text || '{}') as T }
  }

  return {
    server,
    options,
    send,
    get: async <T>(path: string, callOptions?: CallOptions) => (await send<T>('GET', path, undefined, callOptions)).body,
    async stream(path, callOptions = {}) {
      const response = await open('GET', path, undefined, callOptions)
      if (response.statusCode! >= 400)
        throw new ApiError(response.statusCode!, await readAll(response), response.headers['retry-after'])
      return response
    },
  }
}

/** Whether the API server refused with this status. */
export function isRefusal(error: unknown, ...codes: number[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code)
}

/** The error of a call, as a step tells it. */
export function toStepError(error: unknown): StepError {
  if (error instanceof ApiError)
    return new StepError(error.code === 403 ? 'policy-refused' : 'engine-refused', `the API server refuses: ${error.message}`, '', { cause: error })
  return error instanceof StepError ? error : new StepError('internal', (error as Error).message, '', { cause: error })
}

function lost(server: string, cause: Error): StepError {
  const { code, message } = cause as Error & { code?: string }
  return new StepError('engine-lost', `the API server ${server} does not answer: ${CUTS[code ?? ''] ?? message}`, 'Is the cluster up? kamishibai cluster status', { cause })
}

function parseStatus(text: string): Status | undefined {
  try {
    const status = JSON.parse(text) as Status
    return status.kind === 'Status' ? status : undefined
  }
  catch {
    return undefined
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>)
    chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** The texts of `Warning: 299 - "…"`. */
function warningsOf({ headersDistinct }: IncomingMessage): string[] {
  return (headersDistinct.warning ?? []).flatMap(header => [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text!.replace(/\\(.)/g, '$1')))
}
