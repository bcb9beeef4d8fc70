import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestOptions as HttpsRequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Endpoint } from './endpoint.ts'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as netConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { toRequestOptions } from './endpoint.ts'

export interface LabelProxyOptions {
  endpoint: Endpoint
  /** Path of the unix socket to listen on. */
  path: string
  /** Labels for what is created now. */
  labels: () => Record<string, string>
}

/** A running proxy. */
export interface LabelProxy { close: () => Promise<void> }

const RE_CREATE = /^(?:\/v[\d.]+)?\/(?:containers|networks|volumes)\/create(?:\?|$)/
const RE_BUILD = /^(?:\/v[\d.]+)?\/build(?:\?|$)/

/** Listens on a unix socket, adds the session's labels to all that is created, and passes everything else unharmed. */
export async function openLabelProxy({ endpoint, path, labels }: LabelProxyOptions): Promise<LabelProxy> {
  rmSync(path, { force: true })
  const target = toRequestOptions(endpoint)
  const send = target.tls ? httpsRequest : httpRequest
  const optionsOf = ({ method, url, headers }: IncomingMessage): HttpsRequestOptions => ({ ...target, ...target.tls, rejectUnauthorized: !target.tls?.skipVerify, method, path: url, headers })

  const tunnels = new Set<Duplex>()
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    handle(request, response).catch(error => refuse(response, error as Error))
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/'
    if (request.method === 'POST' && RE_CREATE.test(url))
      return forward(request, response, withLabels(await readBody(request), labels()))
    if (request.method === 'POST' && RE_BUILD.test(url))
      request.url = withBuildLabels(url, labels())
    forward(request, response)
  }

  function forward(request: IncomingMessage, response: ServerResponse, body?: Buffer): void {
    const options = optionsOf(request)
    if (body) {
      const { 'transfer-encoding': _, ...headers } = request.headers
      options.headers = { ...headers, 'content-length': body.length }
    }
    const upstream = send(options, (answer) => {
      response.writeHead(answer.statusCode!, answer.statusMessage, answer.rawHeaders)
      // The CLI waits for headers of streams that may stay silent.
      response.flushHeaders()
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    upstream.on('error', error => refuse(response, error))
    response.on('close', () => upstream.destroy())
    if (body)
      upstream.end(body)
    else
      request.pipe(upstream)
  }

  // A hijacked connection (attach, exec) becomes a raw tunnel: its body, its two directions and their ends are the engine's matter.
  server.on('upgrade', ({ method, url, rawHeaders }: IncomingMessage, client: Duplex, head: Buffer) => {
    const engine = connect(target)
    engine.write(`${method} ${url} HTTP/1.1\r\n${headerLines(rawHeaders)}\r\n`)
    engine.write(head)
    engine.pipe(client)
    client.pipe(engine)
    tunnels.add(client)
    engine.on('error', () => client.destroy())
    client.on('error', () => engine.destroy())
    client.on('close', () => {
      tunnels.delete(client)
      engine.destroy()
    })
  })

  server.listen(path)
  await once(server, 'listening')
  return {
    async close() {
      server.close()
      server.closeAllConnections()
      tunnels.forEach(client => client.destroy())
      rmSync(path, { force: true })
    },
  }
}

/** A socket to the engine that may be closed by halves. */
function connect({ socketPath, host, port, tls }: ReturnType<typeof toRequestOptions>): Duplex {
  if (socketPath)
    return netConnect({ path: socketPath, allowHalfOpen: true })
  return tls
    ? tlsConnect({ host, port: port!, ca: tls.ca, cert: tls.cert, key: tls.key, rejectUnauthorized: !tls.skipVerify })
    : netConnect({ host, port: port!, allowHalfOpen: true })
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request)
    chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** The body of a create call with our labels over its own; what is no JSON object passes for the engine to refuse. */
function withLabels(body: Buffer, labels: Record<string, string>): Buffer {
  try {
    const json = JSON.parse(body.toString()) as { Labels?: Record<string, string> | null }
    return Buffer.from(JSON.stringify({ ...json, Labels: { ...json.Labels, ...labels } }))
  }
  catch {
    return body
  }
}

function withBuildLabels(url: string, labels: Record<string, string>): string {
  const at = url.indexOf('?')
  const [path, query] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
  const params = new URLSearchParams(query)
  const own = parseLabels(params.get('labels'))
  params.set('labels', JSON.stringify({ ...own, ...labels }))
  return `${path}?${params}`
}

function parseLabels(text: string | null): Record<string, string> {
  try {
    return JSON.parse(text || '{}') as Record<string, string>
  }
  catch {
    return {}
  }
}

function headerLines(raw: string[]): string {
  let lines = ''
  for (let i = 0; i < raw.length; i += 2)
    lines += `${raw[i]}: ${raw[i + 1]}\r\n`
  return lines
}

function refuse(response: ServerResponse, error: Error): void {
  if (response.headersSent)
    return void response.destroy()
  response.writeHead(502, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ message: `Kamishibai cannot reach the Docker engine: ${error.message}` }))
}
