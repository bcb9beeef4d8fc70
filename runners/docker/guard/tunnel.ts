import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Forward } from './route.ts'
import type { GuardSession } from './scope.ts'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { hijackOf } from './engine.ts'
import { judgeRequest } from './judge.ts'
import { malformed } from './refusal.ts'
import { answerHeaders, requestHeaders } from './relay.ts'

/**
 * A request that asks to take its connection over, as `attach` and `exec` do. Only when the engine has agreed does
 * the connection become a raw tunnel: before that, or after an error, what the client sends would be requests that
 * nobody looked at.
 */
export async function tunnel(
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  session: GuardSession,
  step: string,
): Promise<void> {
  const { body, rest } = await bodyOf(request, client, head)
  const { verdict, version } = await judgeRequest(request, Readable.from(body.length ? [body] : []), session, step)
  if (!('segments' in verdict) || !verdict.hijack)
    throw malformed('this endpoint does not take its connection over')
  const upstream = await session.engine.open(
    {
      method: request.method!,
      segments: verdict.segments,
      query: verdict.query,
      version,
      body: verdict.body,
      headers: { ...requestHeaders(request.headers, verdict), ...upgradeHeaders(request, verdict) },
    },
    true,
  )
  client.on('close', () => upstream.destroy())
  upstream.end()
  const { answer, taken } = await hijackOf(upstream)
  client.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n`)
  if (!taken) {
    client.write(headerLines({ ...answerHeaders(answer.headers), connection: 'close' }))
    return pipeline(answer, client)
  }
  client.write(
    headerLines({ ...answerHeaders(answer.headers), connection: 'Upgrade', upgrade: answer.headers.upgrade }),
  )
  client.unshift(rest)
  taken.socket.unshift(taken.head)
  ;(verdict.take ?? join)(client, taken.socket)
}

/** Each direction ends by itself; an error, or the end of both, ends all. */
function join(client: Duplex, engine: Duplex): void {
  engine.pipe(client)
  client.pipe(engine)
  engine.on('error', () => client.destroy())
  client.on('error', () => engine.destroy())
  engine.on('close', () => client.end())
  client.on('close', () => engine.destroy())
}

/** WebSockets say more than that they want the connection. */
function upgradeHeaders({ headers }: IncomingMessage, { upgrade }: Forward): OutgoingHttpHeaders {
  if (upgrade)
    return { ...upgrade, connection: 'Upgrade' }
  if (headers.upgrade?.toLowerCase() !== 'websocket')
    return { connection: 'Upgrade', upgrade: 'tcp' }
  const more = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol'].flatMap(name => headers[name] === undefined ? [] : [[name, String(headers[name])]])
  return { connection: 'Upgrade', upgrade: 'websocket', ...Object.fromEntries(more) as Record<string, string> }
}

/** The body of an upgrade request: Node reads it from version 25 on, and hands it over with what follows before. */
async function bodyOf(request: IncomingMessage, client: Duplex, head: Buffer): Promise<{ body: Buffer, rest: Buffer }> {
  if (request.headers['transfer-encoding'])
    throw malformed('a connection that is taken over needs a body of a known length')
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > 65_536)
    throw malformed('the body is too large')
  if (!request.complete)
    return { body: Buffer.concat(await request.toArray() as Buffer[]), rest: head }
  let read = head
  while (read.length < length) {
    const chunk = await nextChunk(client)
    if (!chunk)
      throw malformed('the body ends too early')
    read = Buffer.concat([read, chunk])
  }
  return { body: read.subarray(0, length), rest: read.subarray(length) }
}

async function nextChunk(client: Duplex): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const done = (chunk?: Buffer): void => {
      client.pause()
      client.off('data', done)
      client.off('end', done)
      client.off('error', reject)
      resolve(chunk)
    }
    client.on('data', done)
    client.on('end', done)
    client.on('error', reject)
  })
}

/** The end of a raw answer's head. */
export function headerLines(headers: Record<string, string | number | readonly string[] | undefined>): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map(text => `${name}: ${text}\r\n`))
  return `${lines.join('')}\r\n`
}
