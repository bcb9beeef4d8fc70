import type { AddressInfo } from 'node:net'
import type { GuardOptions } from '../../../../runners/service/wire/gate.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { EDITOR_PATH, SOCKET_PATH, TOKEN_HEADER } from '../../../../runners/protocol/wire.ts'
import { guardServer } from '../../../../runners/service/wire/gate.ts'
import { createToken } from '../../../../runners/service/wire/token.ts'
import { exchange, HANDSHAKE, rawRequest, statusOf } from '../../../_raw-http.ts'

describe('guardServer', () => {
  const cleanups: (() => unknown)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0))
      await cleanup()
  })

  /** A server that answers all and upgrades all, with a record of what reached its listeners. */
  async function serve(
    options?: GuardOptions,
    headers: Record<string, string> | string[] = {},
  ): Promise<{ port: number, host: string, origin: string, reached: string[] }> {
    const reached: string[] = []
    const server = createServer((request, response) => {
      reached.push(`${request.method} ${request.url}`)
      response.writeHead(200, headers)
      response.end('reached')
    })
    const upgrade = (request: { url?: string }, socket: { end: (text: string) => void }): void => {
      reached.push(`upgrade ${request.url}`)
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
    }
    server.on('upgrade', upgrade)
    guardServer(server, () => (server.address() as AddressInfo).port, options)
    server.prependListener('request', request => void reached.push(`early ${request.url}`))
    server.prependListener('upgrade', request => void reached.push(`early ${request.url}`))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(
      () =>
        new Promise((resolve) => {
          server.close(resolve)
          server.closeAllConnections()
        }),
    )
    const { port } = server.address() as AddressInfo
    return { port, host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, reached }
  }

  it('lets the page read, write and upgrade', async () => {
    const { port, host, origin, reached } = await serve()
    expect(statusOf(await exchange(port, rawRequest('GET /', { Host: host })))).toBe(200)
    expect(statusOf(await exchange(port, rawRequest('POST /@server-reactive/nav', { Host: host, Origin: origin }, '{}')))).toBe(200)
    expect(statusOf(await exchange(port, rawRequest(`GET /talk${SOCKET_PATH}`, { Host: host, Origin: origin, ...HANDSHAKE })))).toBe(101)
    const vite = { 'Host': host, 'Origin': origin, 'Sec-WebSocket-Protocol': 'vite-hmr', ...HANDSHAKE }
    expect(statusOf(await exchange(port, rawRequest('GET /', vite)))).toBe(101)
    expect(reached.filter(entry => !entry.startsWith('early'))).toEqual(['GET /', 'POST /@server-reactive/nav', `upgrade /talk${SOCKET_PATH}`, 'upgrade /'])
  })

  it.each<[string, (host: string, origin: string, port: number) => string]>([
    ['a foreign Host', () => rawRequest('GET /', { Host: 'evil.example' })],
    ['a rebound Host', (_host, _origin, port) => rawRequest('POST /', { Host: `attacker.test:${port}`, Origin: `http://attacker.test:${port}` }, '{"jsonrpc":"2.0"}')],
    ['two Hosts', host => rawRequest('GET /', [['Host', host], ['Host', host]])],
    ['two Hosts, the second foreign', host => rawRequest('GET /', [['Host', host], ['Host', 'evil.example']])],
    ['HTTP/1.0 without Host', () => 'GET / HTTP/1.0\r\n\r\n'],
    ['an absolute-form target', host => rawRequest(`GET http://${host}/`, { Host: host })],
    ['an absolute-form target of elsewhere', host => rawRequest('GET http://evil.example/', { Host: host })],
    ['CONNECT', (host, origin) => rawRequest(`CONNECT ${host}`, { Host: host, Origin: origin })],
    ['the Origin null', host => rawRequest('POST /', { Host: host, Origin: 'null' }, 'x')],
    ['an Origin that only begins well', (host, origin) => rawRequest('POST /', { Host: host, Origin: `${origin}.evil.com` }, 'x')],
    ['the Origin of another port', host => rawRequest('POST /', { Host: host, Origin: 'http://127.0.0.1:32768' }, 'x')],
    ['a simple POST of another site', host => rawRequest('POST /__slidev/slides/1.json', { 'Host': host, 'Origin': 'https://evil.example', 'Content-Type': 'text/plain' }, '{"content":"x"}')],
    ['a POST without Origin', host => rawRequest('POST /', { 'Host': host, 'Content-Type': 'text/plain;application/json' }, '{}')],
    ['a POST that waits for 100 Continue', host => `${rawRequest('POST /', { Host: host, Expect: '100-continue', Origin: 'https://evil.example' })}`],
    ['a POST with an unknown expectation', host => rawRequest('POST /', { Host: host, Expect: 'tea' }, 'x')],
    ['a chunked POST without Origin', host => `${rawRequest('POST /', { 'Host': host, 'Transfer-Encoding': 'chunked' })}1\r\nx\r\n0\r\n\r\n`],
    ['a preflight', host => rawRequest('OPTIONS /', { 'Host': host, 'Origin': 'https://evil.example', 'Access-Control-Request-Method': 'POST' })],
    ['a request of a script on another site', host => rawRequest('GET /', { 'Host': host, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' })],
    ['an upgrade without Origin', host => rawRequest('GET /terminal/ws', { Host: host, ...HANDSHAKE })],
    ['an upgrade with the Origin null', host => rawRequest('GET /', { Host: host, Origin: 'null', ...HANDSHAKE })],
    ['an upgrade with a foreign Origin to Vite\'s socket', host => rawRequest('GET /', { 'Host': host, 'Origin': 'https://evil.example', 'Sec-WebSocket-Protocol': 'vite-hmr', ...HANDSHAKE })],
    ['an upgrade with vite-ping', host => rawRequest('GET /', { 'Host': host, 'Sec-WebSocket-Protocol': 'vite-ping', ...HANDSHAKE })],
    ['an upgrade to a path that nobody answers', (host, origin) => rawRequest('GET /', { Host: host, Origin: origin, ...HANDSHAKE })],
    ['the script of a service worker', host => rawRequest('GET /sw.js', { 'Host': host, 'Service-Worker': 'script', 'Sec-Fetch-Site': 'same-origin' })],
    ['a program that opens the editor', host => rawRequest(`GET ${EDITOR_PATH}?file=/etc/passwd`, { Host: host })],
    ['a program that opens the editor in capitals', host => rawRequest(`GET ${EDITOR_PATH.toUpperCase()}?file=/etc/passwd`, { Host: host })],
    ['a page that opens the editor below a base', (host, origin) => rawRequest(`GET /talk${EDITOR_PATH}?file=/etc/passwd`, { Host: host, Origin: origin })],
    ['an upgrade by POST', (host, origin) => rawRequest('POST /', { Host: host, Origin: origin, ...HANDSHAKE })],
    ['an upgrade to h2c', host => rawRequest('GET /', { 'Host': host, 'Connection': 'Upgrade, HTTP2-Settings', 'Upgrade': 'h2c', 'HTTP2-Settings': '' })],
    ['an Upgrade without Connection', host => rawRequest('GET /', { Host: host, Upgrade: 'websocket' })],
    ['what a proxy forwarded', (host, origin) => rawRequest('POST /', { 'Host': host, 'Origin': origin, 'X-Forwarded-For': '10.0.0.1' }, 'x')],
  ])('refuses %s before any listener', async (_name, attack) => {
    const { port, host, origin, reached } = await serve()
    const answer = await exchange(port, attack(host, origin, port), text => text.includes('HTTP/1.1 403') && text.endsWith('.\n'))
    // Node itself closes CONNECT and answers what is malformed (400) or expects the unknown (417).
    expect(answer === '' || [400, 403, 417].includes(statusOf(answer.replace(/^HTTP\/1.1 100 Continue\r\n\r\n/, '')))).toBe(true)
    expect(answer).not.toMatch(/access-control-/i)
    expect(reached).toEqual([])
  })

  it('refuses a request smuggled behind an upgrade, a body or a conflict of lengths', async () => {
    const { port, host, reached } = await serve()
    const inner = rawRequest('GET /smuggled', { Host: host })
    await exchange(port, rawRequest('GET /', { Host: host, ...HANDSHAKE }) + inner)
    await exchange(port, `${rawRequest('POST /', { Host: host, Connection: 'keep-alive' }, 'x')}${inner}`)
    await exchange(port, `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`)
    await exchange(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nX: y\nOrigin : http://${host}\r\n\r\n${inner}`)
    expect(reached).toEqual([])
  })

  it('says in a sentence why, and hardens that answer too', async () => {
    const { port } = await serve()
    const answer = await exchange(port, rawRequest('GET /', { Host: 'evil.example' }))
    expect(answer).toContain('Kamishibai refuses this request: the Host is not this server.')
    expect(answer).toMatch(/X-Content-Type-Options: nosniff/)
  })

  it.each<[string, Record<string, string> | string[]]>([
    ['an object', { 'Access-Control-Allow-Origin': '*', 'X-Mine': 'kept', 'Content-Security-Policy': 'object-src \'none\'' }],
    ['an array', ['Access-Control-Allow-Origin', '*', 'X-Mine', 'kept', 'Content-Security-Policy', 'object-src \'none\'']],
  ])('drops CORS headers and adds its own to headers given as %s', async (_name, headers) => {
    const { port, host } = await serve({}, headers)
    const answer = await exchange(port, rawRequest('GET /', { Host: host }))
    expect(answer).not.toMatch(/access-control/i)
    expect(answer).toContain('X-Mine: kept')
    expect(answer).toContain('Content-Security-Policy: object-src \'none\', frame-ancestors \'self\'')
    expect(answer).toContain('X-Content-Type-Options: nosniff')
    expect(answer).toContain('Cross-Origin-Resource-Policy: same-origin')
  })

  it.each(['/__slidev/slides/1.json', '/talk/__slidev/slides/1.json', '/__mcp', '/__mcp/', '/__mcp?x'])('closes %s to writers unless the deck is edited', async (path) => {
    const closed = await serve()
    const write = ({ host, origin }: { host: string, origin: string }): string => rawRequest(`POST ${path}`, { Host: host, Origin: origin }, '{}')
    expect(statusOf(await exchange(closed.port, write(closed)))).toBe(403)
    expect(statusOf(await exchange(closed.port, rawRequest(`GET ${path}`, { 'Host': closed.host, 'X-HTTP-Method-Override': 'POST' })))).toBe(200)
    expect(closed.reached.filter(entry => entry.startsWith('POST'))).toEqual([])
    const open = await serve({ edit: true })
    expect(statusOf(await exchange(open.port, write(open)))).toBe(200)
  })

  it('opens the editor for who has the driver token, while the deck is edited', async () => {
    const token = createToken()
    const { port, host } = await serve({ edit: true, token })
    const open = (headers: Record<string, string>): Promise<string> => exchange(port, rawRequest(`GET ${EDITOR_PATH}?file=deck.md`, { Host: host, ...headers }))
    expect(statusOf(await open({}))).toBe(403)
    expect(statusOf(await open({ [TOKEN_HEADER]: token }))).toBe(200)
  })

  it('asks writers for the driver token where it has one', async () => {
    const token = createToken()
    const { port, host, origin, reached } = await serve({ token })
    const write = (headers: Record<string, string>, path = '/@server-reactive/drawings'): Promise<string> => exchange(port, rawRequest(`POST ${path}`, { Host: host, Origin: origin, ...headers }, '{}'))
    expect(statusOf(await write({}))).toBe(403)
    expect(statusOf(await write({ [TOKEN_HEADER]: createToken() }))).toBe(403)
    expect(statusOf(await write({}, `/@server-reactive/drawings?token=${token}`))).toBe(403)
    expect(reached).toEqual([])
    expect(statusOf(await write({ [TOKEN_HEADER]: token }))).toBe(200)
    expect(statusOf(await exchange(port, rawRequest('GET /', { Host: host })))).toBe(200)
  })
})
