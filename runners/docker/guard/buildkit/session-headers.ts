import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

export const SESSION_ID = 'x-docker-expose-session-uuid'
const RE_SESSION_HEADER = /^x-docker-expose-session-(?:uuid|name|sharedkey|grpc-method)$/

/** Headers by which a client says which services it has for the engine. */
export function sessionHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  // Node joins what is sent as several headers; the engine wants them apart.
  const own = Object.entries(headers).filter(([name]) => RE_SESSION_HEADER.test(name))
  return Object.fromEntries(own.map(([name, value]) => [name, String(value).split(', ')]))
}
