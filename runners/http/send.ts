import type { IncomingMessage } from 'node:http'
import type { RequestSpec } from '../protocol/request-spec.ts'
import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { toFault } from './faults.ts'

/** What a body may hold for the slide, in bytes; the rest is counted up to the second limit and then let go. */
const BODY = { shown: 64 * 1024, read: 16 * 1024 * 1024 }

/** An answer as it came. */
export interface Answer {
  status: number
  statusText: string
  headers: Record<string, string | undefined>
  /** Until the whole answer was here. */
  ms: number
  /** The beginning of the body. */
  body: Buffer
  /** Its length; `cut` when more may have come. */
  length: number
  cut: boolean
}

/**
 * Sends one request to `address` over a connection of its own, straight: no proxy, no redirect followed.
 * Throws a StepError that says in words why there is no answer, or the signal's reason.
 */
export async function send(
  { method, url, headers, body }: RequestSpec,
  address: URL,
  signal: AbortSignal,
  limitMs: number,
): Promise<Answer> {
  const { host } = new URL(url)
  const secure = address.protocol === 'https:'
  // An agent of its own: Node's global one takes a proxy from the environment.
  const agent = secure ? new HttpsAgent({ keepAlive: false }) : new Agent({ keepAlive: false })
  const late = AbortSignal.timeout(limitMs)
  const began = performance.now()
  try {
    const request = (secure ? httpsRequest : httpRequest)(address, {
      method,
      agent,
      signal: AbortSignal.any([signal, late]),
      headers: {
        'Host': host,
        'User-Agent': 'kamishibai',
        'Accept': '*/*',
        ...toHeaders(headers),
        ...(body && { 'Content-Length': String(Buffer.byteLength(body)) }),
      },
    })
    // What goes wrong later shows in the body.
    request.on('error', () => {})
    request.end(body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const read = await readBody(response)
    request.destroy()
    return {
      status: response.statusCode!,
      statusText: response.statusMessage ?? '',
      headers: Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(', ') : value,
        ]),
      ),
      ms: performance.now() - began,
      ...read,
    }
  }
  catch (error) {
    signal.throwIfAborted()
    throw toFault(error, host, late.aborted ? limitMs : undefined)
  }
}

/** A name that stands twice is sent twice. */
function toHeaders(headers: RequestSpec['headers']): Record<string, string | string[]> {
  const grouped: Record<string, string[]> = {}
  for (const [name, value] of headers)
    (grouped[name] ??= []).push(value)
  return Object.fromEntries(
    Object.entries(grouped).map(([name, values]) => [name, values.length > 1 ? values : values[0]!]),
  )
}

async function readBody(response: IncomingMessage): Promise<Pick<Answer, 'body' | 'length' | 'cut'>> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (length < BODY.shown)
      chunks.push(chunk.subarray(0, BODY.shown - length))
    length += chunk.length
    if (length > BODY.read)
      return { body: Buffer.concat(chunks), length, cut: true }
  }
  return { body: Buffer.concat(chunks), length, cut: false }
}
