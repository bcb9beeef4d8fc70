import type { Server } from 'node:net'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { createEngine } from '../../../runners/docker/guard/engine.ts'
import { createGuards } from '../../../runners/docker/guard/guards.ts'
import { configOf, dockerCli } from '../_runners.ts'
import { IMAGE, openGuarded, withDemoImage } from './_guard.ts'
import { sendBytes } from './_raw.ts'

const dockerHost = inject('dockerHost')!
const EVIL = JSON.stringify({ Image: IMAGE, HostConfig: { Privileged: true } })
function post(target: string, body: string, ...headers: string[]): string {
  return [`POST ${target} HTTP/1.1`, 'Host: d', 'Content-Type: application/json', `Content-Length: ${body.length}`, ...headers, '', body].join('\r\n')
}
const statuses = (answer: string): string[] => [...answer.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => status!)
const closing = 'Connection: close'

describe.skipIf(!dockerHost)('the wire before the guard', () => {
  beforeAll(async () => withDemoImage(dockerHost))

  it('knows no other way to write a path', async () => {
    const { path, raw } = await openGuarded(dockerHost)
    for (const target of ['//containers/create', '/v1.41//containers/create', '/./containers/create', '/x/../containers/create', '/%2e%2e/containers/create', '/containers/%2E/create', '/containers/create/', '/CONTAINERS/create', '/v1.41/v1.41/containers/create', '/v1/containers/create', '/v1.41.0/containers/create', '/containers/create%00', '/containers\\create', '/containers/create#x', '/containers/creat%C4%B1', '/containers/%E0%A4%A/create', 'http://d/containers/create', 'd/containers/create', '*']) {
      const answer = await sendBytes(path, post(target, EVIL, closing))
      expect([target, statuses(answer)]).toEqual([target, [expect.stringMatching(/^40[03]$/)]])
    }
    // Engines decode first: this is the endpoint, and its body is looked into.
    for (const target of ['/containers%2Fcreate', '/%63ontainers/creat%65', '/v1.41/containers/create?name=x']) {
      expect(await sendBytes(path, post(target, EVIL, closing))).toContain('privileged mode')
    }
    expect(await raw('GET', '/v1.23/containers/json')).toMatchObject({ status: 400, message: 'client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version' })
    expect(await raw('GET', '/v1.99/containers/json')).toMatchObject({ status: 400, message: expect.stringContaining('client version 1.99 is too new') })
    for (const query of ['?all=1&all=0', '?all=%', '?all=%00', '?All=1', '?a;b=1'])
      expect((await raw('GET', `/containers/json${query}`)).status).toBeGreaterThanOrEqual(400)
  })

  it('takes methods by the letter', async () => {
    const { path, raw } = await openGuarded(dockerHost)
    for (const method of ['OPTIONS', 'HEAD', 'PUT', 'PATCH', 'TRACE'])
      expect((await raw(method, '/containers/json')).status).toBe(403)
    expect(await raw('GET', '/containers/json', undefined, { 'x-http-method-override': 'POST' })).toMatchObject({ status: 200, text: '[]\n' })
    expect(await sendBytes(path, 'CONNECT 127.0.0.1:2375 HTTP/1.1\r\nHost: d\r\n\r\n')).toBe('')
    expect(statuses(await sendBytes(path, `GET /_ping HTTP/1.0\r\n\r\n`))).toEqual(['200'])
  })

  it('reads bodies as one engine would, and no second request inside them', async () => {
    const { path } = await openGuarded(dockerHost)
    const hidden = post('/containers/create', EVIL, closing)
    const both = await sendBytes(path, `POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`)
    expect(statuses(both)).toEqual(['400'])
    const twice = await sendBytes(path, `POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}`)
    expect(statuses(twice)).toEqual(['400'])
    const chunked = await sendBytes(path, `POST /containers/create HTTP/1.1\r\nHost: d\r\n${closing}\r\nTransfer-Encoding: chunked\r\n\r\n${EVIL.length.toString(16)}\r\n${EVIL}\r\n0\r\n\r\n`)
    expect(chunked).toContain('privileged mode')
    const encoded = await sendBytes(path, post('/containers/create', EVIL, closing, 'Content-Encoding: gzip'))
    expect(encoded).toContain('the body is encoded')
    const pipelined = await sendBytes(path, `GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n${hidden}`)
    expect(statuses(pipelined)).toEqual(['200', '403'])
    const form = await sendBytes(path, ['POST /commit?container=none HTTP/1.1', 'Host: d', closing, 'Content-Type: application/x-www-form-urlencoded', 'Content-Length: 12', '', 'container=xy'].join('\r\n'))
    expect(form).toContain('No such container: none')
    const expects = await sendBytes(path, post('/containers/create', EVIL, closing, 'Expect: 100-continue'))
    expect(statuses(expects)).toEqual(['100', '403'])
  })

  it('refuses HTTP/2 with a sentence where it is not BuildKit\'s, and goes on', async () => {
    const { path, raw } = await openGuarded(dockerHost)
    const engine = createEngine({ url: dockerHost })
    onTestFinished(engine.close)
    const buildKit = await engine.buildKit()
    const preface = await sendBytes(path, Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1'))
    expect(preface).toContain('BuildKit')
    for (const target of ['/grpc', '/session', '/v1.41/session']) {
      const answer = await sendBytes(path, post(target, '', 'Connection: Upgrade', 'Upgrade: h2c'), text => statuses(text).length > 0)
      expect(statuses(answer)).toEqual([buildKit ? '101' : '403'])
      expect(answer.includes('DOCKER_BUILDKIT=0')).toBe(!buildKit)
    }
    expect(await sendBytes(path, 'GET /containers/json HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')).toContain('does not take its connection over')
    expect(await raw('GET', '/_ping')).toMatchObject({ status: 200, headers: { 'builder-version': buildKit ? '2' : '1' } })
  })

  it('makes a tunnel only of what the engine has taken over', async () => {
    const { path, docker, name } = await openGuarded(dockerHost)
    await docker(['create', '--name', name('stopped'), IMAGE])
    const hidden = post('/containers/create?name=x', EVIL, closing)
    for (const target of [`/containers/${name('stopped')}/attach?stream=1&stdin=1&stdout=1`, '/containers/none/attach?stream=1', '/exec/none/start']) {
      const body = target.endsWith('start') ? '{"Detach":false}' : ''
      const answer = await sendBytes(path, post(target, body, 'Connection: Upgrade', 'Upgrade: tcp') + hidden, text => statuses(text).length > 1)
      expect(answer).not.toContain('"Id"')
      expect(answer).not.toMatch(/HTTP\/1\.1 201/)
    }
    const socket = await sendBytes(path, `GET /containers/${name('stopped')}/attach/ws?stream=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n${hidden}`)
    expect(socket).not.toContain('"Id"')
    const chunked = await sendBytes(path, `POST /exec/none/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n${hidden}`)
    expect(statuses(chunked)).toEqual(['400'])
    expect((await docker(['ps', '-a', '--format', '{{.Names}}'])).stdout).toBe(`${name('stopped')}\n`)
  })
})

describe('the guard before an engine', () => {
  async function before(listen: (path: string) => Server | undefined) {
    const config = await configOf(undefined)
    const engine = join(config.privateDir, 'engine')
    const server = listen(engine)
    if (server)
      onTestFinished(() => void server.close())
    const guards = createGuards(config, { url: `unix://${engine}` })
    onTestFinished(() => guards.close().catch(() => {}))
    return (await guards.open('main', () => 'one')).DOCKER_HOST!
  }

  it('says in the words of an engine that there is none', async () => {
    const host = await before(() => undefined)
    const { code, stderr } = await dockerCli(host, ['ps'])
    expect(code).toBe(1)
    expect(stderr).toContain('Kamishibai cannot reach the Docker engine')
  })

  it('is not hurt by an engine that talks nonsense, or hangs up', async () => {
    let answer = 'nonsense\r\n\r\n'
    const host = await before(path => createServer(socket => socket.on('error', () => {}).end(answer)).listen(path))
    expect((await dockerCli(host, ['ps'])).stderr).toContain('Kamishibai cannot reach the Docker engine')
    answer = ''
    expect((await dockerCli(host, ['ps'])).stderr).toContain('Kamishibai cannot reach the Docker engine')
    answer = 'HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 100\r\n\r\n[{'
    expect((await dockerCli(host, ['ps'])).code).toBe(1)
  })

  it('lets its sockets go with it', async () => {
    const config = await configOf(undefined)
    const guards = createGuards(config, { url: `unix://${join(config.privateDir, 'none')}` })
    const path = (await guards.open('main', () => 'one')).DOCKER_HOST!.replace('unix://', '')
    const idle = connect(path)
    await once(idle, 'connect')
    const closed = once(idle, 'close')
    await guards.close()
    await closed
    const [error] = await once(connect(path), 'error') as [NodeJS.ErrnoException]
    expect(error.code).toBe('ENOENT')
  })
})
