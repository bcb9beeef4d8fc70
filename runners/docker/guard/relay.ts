import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Engine } from './engine.ts'
import type { Forward, Verdict } from './route.ts'
import { pipeline } from 'node:stream/promises'
import { answerOf, readJson } from './engine.ts'

/** Headers that belong to one connection, not to what is told over it. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'])
/** Headers of the client that the engine gets. */
const PASSED = ['user-agent', 'x-registry-auth', 'x-registry-config']

/** Headers of a request as the engine gets them. */
export function requestHeaders(headers: IncomingHttpHeaders, { contentType }: Forward): OutgoingHttpHeaders {
  const passed = PASSED.flatMap(name => headers[name] === undefined ? [] : [[name, headers[name]]])
  return { ...Object.fromEntries(passed) as OutgoingHttpHeaders, ...contentType && { 'content-type': contentType } }
}

/** Headers of an answer as the client gets them. */
export function answerHeaders(headers: IncomingHttpHeaders, more: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  return { ...Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name))), ...more }
}

/** Carries a verdict out: answers by itself, or asks the engine and passes on what it says. */
export async function relay(
  verdict: Verdict,
  version: string,
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!('segments' in verdict))
    return sendJson(response, verdict.status, verdict.body)
  try {
    const upstream = await engine.open({
      method: request.method!,
      segments: verdict.segments,
      query: verdict.query,
      version,
      body: verdict.body,
      headers: requestHeaders(request.headers, verdict),
    })
    response.on('close', () => upstream.destroy())
    if (verdict.stream)
      pipeline(verdict.stream, upstream).catch(() => {})
    else upstream.end()
    await passOn(await answerOf(upstream), verdict, response)
  }
  finally {
    await verdict.settle?.()
  }
}

async function passOn(
  answer: IncomingMessage,
  { filter, headers, line }: Forward,
  response: ServerResponse,
): Promise<void> {
  const status = answer.statusCode!
  if (filter && status < 300)
    return sendJson(response, status, await filter(await readJson(answer)), answerHeaders(answer.headers))
  response.writeHead(status, answer.statusMessage, answerHeaders(answer.headers, headers))
  // The CLI waits for the headers of streams that may stay silent.
  response.flushHeaders()
  if (line && status < 300)
    await pipeline(answer, source => eachLine(source as AsyncIterable<Buffer>, line), response)
  else await pipeline(answer, response)
}

async function* eachLine(source: AsyncIterable<Buffer>, line: NonNullable<Forward['line']>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const text of lines) {
      const kept = await line(text)
      if (kept !== undefined)
        yield `${kept}\n`
    }
  }
  const kept = rest && await line(rest)
  if (kept)
    yield kept
}

/** An answer in JSON, as engines give them. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const json = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
  })
  response.end(json)
}
