import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import type { Params } from './query.ts'
import type { Scope } from './scope.ts'
import type { Query } from './target.ts'

/** A request that has an endpoint. */
export interface Asked {
  scope: Scope
  /** What stands in the path's `:ref`, empty where it has none. */
  ref: string
  params: Params
  headers: IncomingHttpHeaders
  /** The body, read as JSON; undefined where it is empty. */
  json: () => Promise<unknown>
  /** The body as it comes. */
  stream: Readable
}

/** What becomes of a request: the guard's own answer, or what is sent on to the engine. */
export type Verdict = Reply | Forward

/** An answer of the guard itself. */
export interface Reply { status: number, body: unknown }

/** What the engine gets: never a byte of the request that was not read and written anew, but for streams of files. */
export interface Forward {
  segments: string[]
  query?: Query
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it comes. */
  stream?: Readable
  contentType?: string
  /** The connection becomes the program's own when the engine says so. */
  hijack?: boolean
  /** How the connection is asked for, where it does not become a raw stream. */
  upgrade?: OutgoingHttpHeaders
  /** Called with both ends of a connection that was taken over; they are joined by default. */
  take?: (client: Duplex, engine: Duplex) => void
  /** What is left of a good answer in JSON. */
  filter?: (body: unknown) => unknown
  /** Other headers for the answer. */
  headers?: Record<string, string>
  /** What is left of each line of a stream; undefined for nothing. */
  line?: (line: string) => Promise<string | undefined> | string | undefined
  /** Called when the answer is over, however it ended. */
  settle?: () => Promise<unknown> | void
}

/** One endpoint. */
export interface Route {
  method: string
  /** `:ref` stands for one segment, `:image` for one or more. */
  path: string
  /** Parameters that the query may have. */
  query?: readonly string[]
  handle: (asked: Asked) => Promise<Verdict> | Verdict
}

/** The route of a method and a path, and what `:ref` or `:image` is. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  segments: string[],
): { route: Route, ref: string } | undefined {
  for (const route of routes) {
    const ref = route.method === method ? match(route.path.slice(1).split('/'), segments) : undefined
    if (ref !== undefined)
      return { route, ref }
  }
  return undefined
}

function match(pattern: string[], segments: string[]): string | undefined {
  const at = pattern.findIndex(part => part.startsWith(':'))
  if (at < 0)
    return pattern.join('/') === segments.join('/') ? '' : undefined
  const after = pattern.slice(at + 1)
  const end = segments.length - after.length
  const fits = pattern[at] === ':image' ? end > at : end === at + 1
  const same
    = pattern.slice(0, at).every((part, i) => part === segments[i])
      && after.every((part, i) => part === segments[end + i])
  return fits && same ? segments.slice(at, end).join('/') : undefined
}
