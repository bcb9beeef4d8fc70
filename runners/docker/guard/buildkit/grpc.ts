import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { Scope } from '../scope.ts'
import type { Own, Passed } from './methods.ts'
import { connect, constants, performServerHandshake } from 'node:http2'
import { forbidden, malformed, Refusal, toRefusal } from '../refusal.ts'
import { createFrames, frame } from './frames.ts'
import { METHODS } from './methods.ts'
import { SESSION_ID, sessionHeaders } from './session-headers.ts'

/** Headers of a call that the engine gets; the rest would be what nobody judged. */
const PASSED = ['content-type', 'te', 'user-agent', 'grpc-timeout', 'buildkit-controlapi-buildid', 'traceparent', 'tracestate']
const SESSION = '/moby.buildkit.v1.Control/Session'
/** Codes of gRPC. */
const OK = '0'
const INVALID_ARGUMENT = '3'
const NOT_FOUND = '5'
const PERMISSION_DENIED = '7'
const INTERNAL = '13'
const UNAVAILABLE = '14'
/** By the status of a refusal. */
const CODES: Record<number, string> = {
  400: INVALID_ARGUMENT,
  403: PERMISSION_DENIED,
  404: NOT_FOUND,
  502: UNAVAILABLE,
}

/**
 * Ends BuildKit's channel: reads the client's calls, and makes those that are allowed to the engine, whose own channel
 * is `engine`. Bytes of the client never reach the engine unread.
 */
export function endGrpc(client: Duplex, engine: Duplex, scope: Scope): void {
  const upstream = connect('http://docker', { createConnection: () => engine })
  const session: ServerHttp2Session = performServerHandshake(client)
  upstream.on('error', () => session.destroy())
  upstream.on('close', () => session.close())
  session.on('error', () => upstream.destroy())
  session.on('close', () => upstream.close())
  client.on('close', () => upstream.destroy())
  session.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    call(stream, headers, upstream, scope).catch((error: unknown) => refuse(stream, error))
  })
}

async function call(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  upstream: ClientHttp2Session,
  scope: Scope,
): Promise<void> {
  const path = String(headers[':path'])
  if (path === SESSION)
    return passSession(stream, headers, upstream, scope)
  const method = Object.hasOwn(METHODS, path) ? METHODS[path] : undefined
  if (!method)
    throw forbidden(`${path} of BuildKit, a call which it does not know`, `unguarded:${scope.step}`)
  if (headers['grpc-encoding'] && headers['grpc-encoding'] !== 'identity')
    throw malformed('the call is compressed')
  const message = await onlyMessage(stream)
  const build = String(headers['buildkit-controlapi-buildid'] ?? '')
  const judged = typeof method === 'string' ? method : await method({ message, scope, builds: scope.builds, build })
  if (typeof judged === 'string')
    return answer(stream, judged)
  await pass(stream, headers, upstream, judged)
}

/**
 * The client's own services by this channel, as they go by `/session`: the engine calls them, the client answers.
 * Builds of several images at once share them so.
 */
async function passSession(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  upstream: ClientHttp2Session,
  { builds }: Scope,
): Promise<void> {
  const request = upstream.request({
    ...Object.fromEntries(PASSED.flatMap(name => headers[name] === undefined ? [] : [[name, headers[name]]])),
    ...sessionHeaders(headers),
    ':method': 'POST',
    ':path': SESSION,
  })
  builds.sessions.add(String(headers[SESSION_ID]))
  request.on('error', () => {})
  stream.on('close', () => request.close(constants.NGHTTP2_CANCEL))
  let trailers: OutgoingHttpHeaders = { 'grpc-status': UNAVAILABLE }
  request.on('trailers', found => trailers = withoutPseudo(found))
  stream.pipe(request)
  const answered = await responseOf(request)
  if (answered['grpc-status'] !== undefined)
    return void stream.respond(withoutPseudo(answered), { endStream: true })
  stream.respond(withoutPseudo(answered), { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  request.pipe(stream)
}

/** Each call that is let through sends one message. */
async function onlyMessage(stream: ServerHttp2Stream): Promise<Buffer> {
  const messages = createFrames()
  const found: Buffer[] = []
  for await (const chunk of stream)
    found.push(...messages.read(chunk as Buffer))
  if (found.length !== 1 || messages.rest())
    throw malformed('the call does not have one message')
  return found[0]!
}

/** Makes the call, and passes on what the engine says. */
async function pass(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  upstream: ClientHttp2Session,
  { message, keep, settle }: Passed,
): Promise<void> {
  let last: Buffer | undefined
  let trailers: OutgoingHttpHeaders | undefined
  try {
    if (stream.destroyed)
      return
    const request = upstream.request({
      ...Object.fromEntries(PASSED.flatMap(name => headers[name] === undefined ? [] : [[name, headers[name]]])),
      ':method': 'POST',
      ':path': headers[':path'],
    })
    stream.on('close', () => request.close(constants.NGHTTP2_CANCEL))
    request.on('trailers', found => trailers = withoutPseudo(found))
    request.end(frame(message))
    const answered = await responseOf(request)
    if (answered['grpc-status'] !== undefined)
      return void stream.respond(withoutPseudo(answered), { endStream: true })
    stream.respond(withoutPseudo(answered), { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers(trailers ?? { 'grpc-status': UNAVAILABLE }))
    const frames = createFrames()
    for await (const chunk of request) {
      for (const found of frames.read(chunk as Buffer)) {
        last = found
        if ((keep?.(found) ?? true) && !stream.write(frame(found)))
          await new Promise(resolve => stream.once('drain', resolve).once('close', resolve))
      }
    }
  }
  finally {
    await settle?.(trailers?.['grpc-status'] === OK ? last : undefined)
    if (!stream.destroyed && stream.headersSent)
      stream.end()
  }
}

async function responseOf(request: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', error => reject(new Refusal(502, `Kamishibai cannot reach BuildKit: ${error.message}`)))
    request.once('close', () => reject(new Refusal(502, 'Kamishibai cannot reach BuildKit: it closed the call')))
  })
}

function withoutPseudo(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')))
}

/** The guard's own answer: one empty message, or none. */
function answer(stream: ServerHttp2Stream, what: Own): void {
  stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': OK }))
  stream.end(what === 'empty' ? frame(Buffer.alloc(0)) : undefined)
}

function refuse(stream: ServerHttp2Stream, error: unknown): void {
  if (stream.destroyed)
    return
  if (stream.headersSent)
    return stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  const { status, message } = toRefusal(error)
  stream.respond({
    'content-type': 'application/grpc',
    'grpc-status': codeOf(status),
    'grpc-message': encodeMessage(message),
  }, { endStream: true })
}

function codeOf(status: number): string {
  return CODES[status] ?? INTERNAL
}

/** What is no printable ASCII goes percent-encoded; source: the protocol of gRPC over HTTP/2. */
function encodeMessage(text: string): string {
  return text.replace(/[^ -~]+|%/gu, encodeURIComponent)
}
