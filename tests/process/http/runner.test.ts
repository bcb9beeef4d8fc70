import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Payload } from '../../../runners/protocol/event.ts'
import type { RunContext } from '../../../runners/protocol/runner.ts'
import type { Step } from '../../../runners/protocol/step.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { expect, it, onTestFinished, vi } from 'vitest'
import { parseRequests } from '../../../runners/deck/formats/request.ts'
import createHttpRunner from '../../../runners/http/runner.ts'
import { StepError } from '../../../runners/protocol/error.ts'
import { step } from '../../_session.ts'

async function serve(listener: RequestListener): Promise<{ server: Server, host: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function ask(code: string, options: Partial<Step> = {}, context: Partial<RunContext> = {}) {
  const parsed = parseRequests(code)
  const payloads: Payload[] = []
  const run = createHttpRunner().run(step('x', { verb: 'request', runner: 'http', requests: 'requests' in parsed ? parsed.requests : [], ...options }), {
    emit: payload => void payloads.push(payload),
    started: () => {},
    signal: new AbortController().signal,
    labels: {},
    environment: {},
    dial: async () => undefined,
    onInput: () => {},
    onResize: () => {},
    found: () => undefined,
    leave: () => {},
    endedAt: () => {},
    drained: () => undefined,
    ...context,
  })
  const error = await run.then(() => undefined, (e: unknown) => e)
  const output = stripVTControlCharacters(payloads.map(p => p.type === 'output' ? p.data : '').join(''))
  return { error, output, responses: payloads.flatMap(p => p.type === 'response' ? [p] : []), payloads }
}

it('shows the answer of a single request, and its body', async () => {
  const { host } = await serve((request, response) => {
    let body = ''
    request.on('data', (data: Buffer) => void (body += data.toString()))
    request.on('end', () => response.writeHead(201, { 'X-Served-By': 'hello-abc' }).end(`${request.method} ${request.url} ${request.headers['x-one']} ${request.headers.host} ${body}\nbye\n`))
  })
  const { error, output, responses } = await ask(`POST http://${host}/a?b\nX-One: 1\nX-One: 2\n\nhello\n`, { by: 'x-served-by' })
  expect(error).toBeUndefined()
  expect(output).toMatch(/^#1 {2}201 Created {2}\d+ ms {2}hello-abc\r\nPOST \/a\?b 1, 2 127\.0\.0\.1:\d+ hello\r\nbye\r\n$/)
  expect(responses).toEqual([{ type: 'response', n: 1, status: 201, ms: expect.any(Number) as number, by: 'hello-abc' }])
})

it('opens a connection for each request, and counts who answered', async () => {
  let connections = 0
  let n = 0
  const { server, host } = await serve((_, response) => response.setHeader('x-served-by', n++ % 3 ? 'b' : 'a').end('body'))
  server.on('connection', () => connections++)
  const { output, responses, payloads } = await ask(`GET http://${host}/`, { repeat: 12, by: 'x-served-by' })
  expect(connections).toBe(12)
  expect(responses.map(r => r.n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  expect(output).toContain('\r\n\r\n8 × b\r\n4 × a\r\n')
  expect(output).not.toContain('body')
  expect(payloads.findLast(p => p.type === 'progress')).toEqual({ type: 'progress', label: 'requests', done: 12, total: 12 })
})

it('keeps its rate however slow the answers are', async () => {
  const times: number[] = []
  const { host } = await serve((_, response) => {
    times.push(performance.now())
    setTimeout(() => response.end(), 400)
  })
  const { responses } = await ask(`GET http://${host}/`, { repeat: 10, rate: 20 })
  expect(responses).toHaveLength(10)
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(400)
  expect(times.at(-1)! - times[0]!).toBeLessThan(800)
})

it('sends several requests in their order, and says which is which', async () => {
  const { host } = await serve((request, response) => response.writeHead(request.url === '/b' ? 404 : 200).end())
  const { output } = await ask(`GET http://${host}/a\n###\nDELETE http://${host}/b`)
  expect(output).toMatch(/^#1 {2}200 OK +\d+ ms {2}GET \/a\r\n#2 {2}404 Not Found +\d+ ms {2}DELETE \/b\r\n$/)
})

it('does not follow a redirect', async () => {
  const { host } = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end())
  expect((await ask(`GET http://${host}/`)).responses).toMatchObject([{ status: 302 }])
})

it('asks straight, whatever proxy the environment names', async () => {
  vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1')
  vi.stubEnv('http_proxy', 'http://127.0.0.1:1')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(process.env.http_proxy).toBeDefined()
  const { host } = await serve((_, response) => response.end('here'))
  expect((await ask(`GET http://${host}/`)).output).toContain('here')
})

it('says in words that nothing listens, that there is no such host, and that it is no HTTP', async () => {
  const { server, host } = await serve(() => {})
  await new Promise(resolve => server.close(resolve))
  const refused = await ask(`GET http://${host}/`)
  expect(refused.error).toMatchObject({ code: 'unreachable', message: `nothing listens at ${host}: the connection was refused` })
  expect(refused.output).toMatch(/^#1 {2}refused {2}\d+ ms\r\n$/)
  expect((await ask('GET http://no-such-host.invalid/')).error).toMatchObject({ message: expect.stringContaining('there is no host no-such-host.invalid') as string })
  const tcp = createTcpServer(socket => socket.end('SSH-2.0-not-http\r\n')).listen(0, '127.0.0.1')
  onTestFinished(() => void tcp.close())
  await once(tcp, 'listening')
  expect((await ask(`GET http://127.0.0.1:${(tcp.address() as AddressInfo).port}/`)).error).toMatchObject({ message: expect.stringMatching(/is not HTTP$/) as string })
})

it('goes on when one of many gets no answer', async () => {
  let n = 0
  const { host } = await serve((request, response) => ++n === 2 ? request.socket.destroy() : response.end())
  const { error, output, responses } = await ask(`GET http://${host}/`, { repeat: 3 })
  expect(error).toBeUndefined()
  expect(responses.map(r => r.status)).toEqual([200, 0, 200])
  expect(output).toContain('#2  cut off')
})

it('waits for an answer as long as its step may take', async () => {
  const { host } = await serve(() => {})
  expect((await ask(`GET http://${host}/`, { timeoutMs: 200 })).error).toMatchObject({ message: `${host} does not answer within 0.2 s` })
})

it('ends at once when it is cancelled', async () => {
  const { host } = await serve(() => {})
  for (const options of [{}, { repeat: 50, rate: 10 }]) {
    const end = new AbortController()
    const run = ask(`GET http://${host}/`, options, { signal: end.signal })
    const before = performance.now()
    setTimeout(() => end.abort(new StepError('cancelled', 'enough')), 50)
    expect((await run).error).toMatchObject({ code: 'cancelled' })
    expect(performance.now() - before).toBeLessThan(500)
  }
})

it('shows what of a body can be shown', async () => {
  const bodies: Record<string, Buffer> = {
    '/binary': Buffer.from([0x89, 0x50, 0x4E, 0x47, 0, 1, 0xFF]),
    '/escape': Buffer.from('a\x1B]0;title\x07\x1B[2Jb\r\n'),
    '/large': Buffer.from('日本'.repeat(100_000)),
  }
  const { host } = await serve((request, response) => response.end(bodies[request.url!]))
  expect((await ask(`GET http://${host}/binary`)).output).toContain('(7 bytes that are no text)')
  const escaped = await ask(`GET http://${host}/escape`)
  expect(escaped.payloads.some(p => p.type === 'output' && p.data.includes('a^[]0;title^G^[[2Jb\r\n'))).toBe(true)
  const { output } = await ask(`GET http://${host}/large`)
  expect(output).toContain('… and 534464 bytes more')
  expect(output.length).toBeLessThan(30_000)
})

it('lets a body without end go', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x')
  const { host } = await serve((_, response) => {
    const more = (): void => void (response.write(chunk) ? setImmediate(more) : response.once('drain', more))
    more()
  })
  expect((await ask(`GET http://${host}/`)).output).toMatch(/… and more than \d+ bytes more/)
})

it('reaches a name of the session where its runner says', async () => {
  const { host } = await serve((request, response) => response.end(`${request.headers.host}${request.url}`))
  const dialled: string[] = []
  const dial = async (target: string): Promise<string | undefined> => {
    dialled.push(target)
    return target.startsWith('service/') ? undefined : `http://${host}`
  }
  expect((await ask('GET web:8080/x?y', {}, { dial })).output).toContain('web:8080/x?y')
  expect((await ask('GET pod/web-1:80/', {}, { dial })).output).toContain('web-1')
  expect((await ask('GET service/web:80/', {}, { dial })).error).toMatchObject({ code: 'unsupported', message: 'requests to service/web:80 are not available yet' })
  expect(dialled).toEqual(['web:8080', 'pod/web-1:80', 'service/web:80'])
})
