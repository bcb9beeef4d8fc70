import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { EDITOR_PATH, SOCKET_PATH, TOKEN_HEADER } from '../../protocol/wire.ts'
import { answerLanding, isLanding } from './landing.ts'
import { tokenMatches } from './token.ts'

/** What the gate looks at. */
export interface JudgedRequest {
  method: string
  /** The request target as it was sent. */
  url: string
  /** Names and values in turn, as Node has them, so that doubled headers show. */
  rawHeaders: string[]
  /** Whether it asks for another protocol. */
  upgrade: boolean
  /** Whether a link of another site may lead here. @default false */
  linked?: boolean
}

export type Verdict = { ok: true } | { ok: false, status: 403, reason: string }

export interface GuardOptions {
  /** Leaves Slidev's own write endpoints open. @default false */
  edit?: boolean
  /** If given, whatever is neither GET nor HEAD must carry it in {@link TOKEN_HEADER}. */
  token?: string
  /**
   * Nothing but GET and HEAD passes, there is no landing page, and links of other sites may lead to the site's first
   * page. @default false
   */
  readOnly?: boolean
  /** Nothing but GET and HEAD passes, and our own socket. @default false */
  built?: boolean
  /** The names and addresses at which the server is reached. @default those of loopback */
  names?: readonly string[]
}

const PASS: Verdict = { ok: true }
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'] as const
const SAFE_METHODS = ['GET', 'HEAD']
// Not anchored at the start: with a base, Slidev's endpoints lie below it.
const RE_WRITE_ENDPOINT = /\/__(?:slidev|mcp)(?:\/|$)/i

/**
 * Whether a request comes from a page of this server on `port`, which is reached at `names`, or from a program that
 * only reads.
 * Every browser sends an Origin with what changes something, and no page can forge Host or Origin.
 */
export function judge(
  { method, url, rawHeaders, upgrade, linked = false }: JudgedRequest,
  port: number,
  names: readonly string[] = LOOPBACK,
): Verdict {
  const headers = collect(rawHeaders)
  const [host, ...otherHosts] = headers.get('host') ?? []
  if (host === undefined || otherHosts.length > 0)
    return refuse('there must be exactly one Host header')
  if (!isOwnHost(host, port, names))
    return refuse('the Host is not this server')
  // `//host/` and `http://host/` would be read as another origin by whoever resolves them.
  if (!url.startsWith('/') || url.startsWith('//'))
    return refuse('the request target must be a path')
  if ([...headers.keys()].some(name => name === 'forwarded' || name.startsWith('x-forwarded-')))
    return refuse('it was forwarded by a proxy')
  const origins = headers.get('origin')
  if (origins && (origins.length > 1 || origins[0] !== `http://${host}`))
    return refuse('it comes from another origin')
  if (!linked && headers.get('sec-fetch-site')?.some(site => site !== 'same-origin' && site !== 'none'))
    return refuse('it comes from another site')
  if (!origins && (upgrade || !SAFE_METHODS.includes(method)))
    return refuse('without an Origin only reading is allowed')
  if (upgrade && method !== 'GET')
    return refuse('only GET can be upgraded')
  // A worker outlives its deck: it would read the address of the next talk at this port, token included.
  if (headers.has('service-worker'))
    return refuse('there are no service workers here')
  return PASS
}

/**
 * Puts {@link judge} before every request and upgrade of `server`, before any listener or
 * middleware, whenever it was added, and hardens the headers of every response.
 */
export function guardServer(server: Server, port: () => number, options: GuardOptions = {}): void {
  const emit = server.emit.bind(server) as (event: string | symbol, ...args: unknown[]) => boolean
  const refused = new WeakSet<Duplex>()
  const verdictOn = (request: IncomingMessage, upgrade: boolean): Verdict => {
    // What follows a refused request on its connection may be part of it, read differently.
    if (refused.has(request.socket))
      return refuse('an earlier request of this connection was refused')
    const { method = '', url = '', rawHeaders } = request
    const linked = options.readOnly ? url === '/' : isLanding(request)
    const upgrades = upgrade || request.headers.upgrade !== undefined
    const verdict = judge({ method, url, rawHeaders, upgrade: upgrades, linked }, port(), options.names)
    const last = verdict.ok ? judgeEndpoint(request, upgrades, options) : verdict
    if (!last.ok)
      refused.add(request.socket)
    return last
  }
  // Listeners cannot stop one another; the one place before all of them is where they are called.
  server.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event === 'request' || event === 'checkContinue' || event === 'checkExpectation') {
      const [request, response] = args as [IncomingMessage, ServerResponse]
      harden(response)
      const verdict = verdictOn(request, false)
      if (!verdict.ok) {
        response.writeHead(verdict.status, { 'Content-Type': 'text/plain; charset=utf-8', 'Connection': 'close' })
        response.end(`${verdict.reason}\n`)
        return true
      }
      if (!options.readOnly && isLanding(request)) {
        answerLanding(response)
        return true
      }
    }
    else if (event === 'upgrade' || event === 'connect') {
      const [request, socket] = args as [IncomingMessage, Duplex]
      const verdict = verdictOn(request, true)
      if (!verdict.ok) {
        socket.on('error', () => {})
        socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${verdict.reason}\n`, () => socket.destroy())
        return true
      }
    }
    return emit(event, ...args)
  }
}

/**
 * Takes the server hooks from those of Slidev's plugins that write the deck: `{monaco-write}`
 * saves over Vite's own socket, whose messages no gate sees. For a plugin's `configResolved`.
 */
export function disableSlidevWrites(plugins: readonly { name: string, configureServer?: unknown }[]): void {
  for (const plugin of plugins) {
    if (plugin.name === 'slidev:monaco-write' || plugin.name === 'slidev:mcp')
      delete plugin.configureServer
  }
}

/** What needs the driver token, and what is not served at all. */
function judgeEndpoint(
  request: IncomingMessage,
  upgrades: boolean,
  { edit, token, readOnly, built }: GuardOptions,
): Verdict {
  const { method = '', url = '', headers } = request
  const path = url.split('?')[0]!
  if (upgrades)
    return isSocketOfOurs(path) || (!built && isSocketOfVite(headers)) ? PASS : refuse('there is no such socket')
  // Vite's router takes no notice of case.
  const opens = path.toLowerCase().includes(EDITOR_PATH)
  if (SAFE_METHODS.includes(method) && !opens)
    return PASS
  if (readOnly || built)
    return refuse('here one can only read')
  if (!edit && (opens || RE_WRITE_ENDPOINT.test(path)))
    return refuse('the deck is not edited while it is presented (kamishibai edit allows it)')
  const given = headers[TOKEN_HEADER]
  if (token !== undefined && (typeof given !== 'string' || !tokenMatches(token, given)))
    return refuse('the driver token is missing or wrong')
  return PASS
}

// Node keeps any other socket open for as long as the client likes.
function isSocketOfOurs(path: string): boolean {
  return path.endsWith(SOCKET_PATH)
}

function isSocketOfVite(headers: IncomingMessage['headers']): boolean {
  return ['vite-hmr', 'vite-ping'].includes(headers['sec-websocket-protocol'] ?? '')
}

function refuse(why: string): Verdict {
  return { ok: false, status: 403, reason: `Kamishibai refuses this request: ${why}.` }
}

function isOwnHost(host: string, port: number, names: readonly string[]): boolean {
  return names.some(name => host === `${name}:${port}` || (port === 80 && host === name))
}

function collect(rawHeaders: string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    headers.set(name, [...headers.get(name) ?? [], rawHeaders[i + 1]!])
  }
  return headers
}

const FRAME_POLICY = 'frame-ancestors \'self\''

/** Sets our headers, and drops those of CORS, at the last moment: when the head is written. */
function harden(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (status: number, message?: string) => ServerResponse
  response.writeHead = (status: number, ...rest: unknown[]): ServerResponse => {
    const message = typeof rest[0] === 'string' ? rest[0] : undefined
    for (const [name, value] of toEntries(rest.find(part => typeof part === 'object' && part !== null)))
      response.setHeader(name, value)
    for (const name of response.getHeaderNames()) {
      if (name.startsWith('access-control-'))
        response.removeHeader(name)
    }
    const policy = response.getHeader('Content-Security-Policy')
    response.setHeader('Content-Security-Policy', policy ? `${String(policy)}, ${FRAME_POLICY}` : FRAME_POLICY)
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
    return message === undefined ? writeHead(status) : writeHead(status, message)
  }
}

type HeaderValue = string | number | readonly string[]

/** The headers given to `writeHead`: an object, or an array of names and values in turn. */
function toEntries(headers: unknown): [string, HeaderValue][] {
  if (!Array.isArray(headers)) {
    const given = Object.entries((headers ?? {}) as Record<string, HeaderValue | undefined>)
    return given.filter((entry): entry is [string, HeaderValue] => entry[1] !== undefined)
  }
  const flat = headers.flat() as string[]
  return flat.flatMap((name, i) => i % 2 === 0 ? [[name, flat[i + 1]!]] : [])
}
