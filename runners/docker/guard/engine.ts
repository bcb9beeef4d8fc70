import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Endpoint } from '../endpoint.ts'
import type { Query } from './target.ts'
import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { connectTo } from '../endpoint.ts'
import { Refusal } from './refusal.ts'
import { compareVersions, formatTarget, NEWEST_API } from './target.ts'

/** One call of the engine's API. */
export interface Call {
  method: string
  segments: string[]
  query?: Query
  /** Of the API; the newest that both the engine and the guard know by default. */
  version?: string
  headers?: OutgoingHttpHeaders
  /** Sent as JSON. */
  body?: unknown
}

/** What an engine says to a question. */
export interface Answer { status: number, headers: IncomingHttpHeaders, body: unknown }

/** The engine behind the guard. */
export interface Engine {
  /** The newest version of the API that both the engine and the guard know. */
  version: () => Promise<string>
  /**
   * Whether builds go through BuildKit here: its policy of sources, which the guard needs, is there from engine 24 on.
   */
  buildKit: () => Promise<boolean>
  /** Asks, and reads the whole answer. */
  ask: (call: Call) => Promise<Answer>
  /**
   * Begins a call whose body and answer are streams; `hijack` gives it a connection of its own that may be closed by
   * halves.
   */
  open: (call: Call, hijack?: boolean) => Promise<ClientRequest>
  close: () => void
}

/** The version of the API of engine 24. */
const BUILDKIT_API = '1.43'

/** Speaks to the engine at `endpoint`; connects when it is first asked. */
export function createEngine(endpoint: Endpoint): Engine {
  const agent = new Agent({ keepAlive: true })
  agent.createConnection = () => connectTo(endpoint)
  let known: Promise<{ version: string, buildKit: boolean }> | undefined

  async function ping(): Promise<{ version: string, buildKit: boolean }> {
    const request = httpRequest({ agent, path: '/_ping', headers: { host: 'docker' } })
    request.end()
    const answer = await answerOf(request)
    answer.resume()
    const newest = String(answer.headers['api-version'] ?? '')
    const version = !newest || compareVersions(newest, NEWEST_API) > 0 ? NEWEST_API : newest
    return {
      version,
      buildKit: answer.headers['builder-version'] === '2' && compareVersions(version, BUILDKIT_API) >= 0,
    }
  }

  async function pinged(): ReturnType<typeof ping> {
    known ??= ping()
    return known.catch((error) => {
      // The next question may find it up again.
      known = undefined
      throw error
    })
  }

  const engine: Engine = {
    version: async () => (await pinged()).version,
    buildKit: async () => (await pinged()).buildKit,

    async open({ method, segments, query = [], version, headers, body }, hijack = false) {
      const path = formatTarget({ version: version ?? await engine.version(), segments, query })
      const json = body === undefined ? undefined : JSON.stringify(body)
      const request = httpRequest({
        method,
        path,
        headers: { host: 'docker', ...headers, ...json !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) } },
        // Without an agent, the connection is the request's own.
        ...hijack ? { createConnection: () => connectTo(endpoint, true) } : { agent },
      })
      // Who waits for the answer hears of it; afterwards the answer itself tells.
      request.on('error', () => {})
      if (json !== undefined)
        request.end(json)
      return request
    },

    async ask(call) {
      const request = await engine.open(call)
      request.end()
      const answer = await answerOf(request)
      return { status: answer.statusCode!, headers: answer.headers, body: await readJson(answer) }
    },

    close: () => agent.destroy(),
  }
  return engine
}

/** The beginning of the answer; an engine that cannot be reached says so in its own form. */
export async function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  try {
    const [answer] = await once(request, 'response') as [IncomingMessage]
    return answer
  }
  catch (error) {
    throw new Refusal(502, `Kamishibai cannot reach the Docker engine: ${(error as Error).message}`)
  }
}

/** The JSON of an answer, undefined where it has none. */
export async function readJson(answer: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of answer)
    chunks.push(chunk)
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown
  }
  catch {
    return undefined
  }
}

/** Whether a connection was taken over, as `attach` and `exec` ask. */
export async function hijackOf(
  request: ClientRequest,
): Promise<{ answer: IncomingMessage, taken?: { socket: Duplex, head: Buffer } }> {
  return new Promise((resolve, reject) => {
    request.once('upgrade', (answer: IncomingMessage, socket: Duplex, head: Buffer) =>
      resolve({ answer, taken: { socket, head } }))
    request.once('response', answer => resolve({ answer }))
    request.once('error', error =>
      reject(new Refusal(502, `Kamishibai cannot reach the Docker engine: ${error.message}`)))
  })
}
