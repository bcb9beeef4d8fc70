import type { NetworkInterfaceInfo } from 'node:os'
import type { ServerMessage } from '../../runners/protocol/wire.ts'
import type { Behaviour } from './_session.ts'
import { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { getPriority, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createScreen, plainText } from '../../runners/protocol/screen.ts'
import { decodeFrame, SOCKET_PATH, SUBPROTOCOL } from '../../runners/protocol/wire.ts'
import { resolveRemote, urlOf } from '../../runners/service/remote/addresses.ts'
import { createFeed } from '../../runners/service/remote/feed.ts'
import { createUnnamer } from '../../runners/service/remote/names.ts'
import { startRemote } from '../../runners/service/remote/remote.ts'
import { openRemote } from '../../runners/service/remote/serve.ts'
import { exchange, HANDSHAKE, rawRequest, statusOf } from './_raw-http.ts'
import { exits, sessionOf, step } from './_session.ts'

const PAGE = '<!doctype html><p>the slides</p>'
const cleanups: (() => unknown)[] = []
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-remote-'))
  await mkdir(join(dir, 'site', 'assets'), { recursive: true })
  await writeFile(join(dir, 'site', 'index.html'), PAGE)
  await writeFile(join(dir, 'site', 'assets', 'main-1.js'), `export const text = '${'x'.repeat(1000)}'`)
  await writeFile(join(dir, 'site', 'film.mp4'), '0123456789')
  await writeFile(join(dir, 'secret.txt'), 'the presenter\'s own')
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse())
    await cleanup()
  await rm(dir, { recursive: true, force: true })
})

const options = (): Parameters<typeof openRemote>[0] => ({ dir: join(dir, 'site'), addresses: ['127.0.0.1'], port: 0, strict: true })

/** A session whose logs are fed to a server of the same process. */
async function stage(steps: ReturnType<typeof step>[], behave: Behaviour, identity = { login: 'root', host: 'localhost', home: '/root' }) {
  const session = await sessionOf(steps, behave)
  const server = await openRemote(options(), () => {})
  const endFeed = createFeed({
    session,
    unnamer: createUnnamer(identity),
    send(messages, done) {
      server.take(structuredClone(messages))
      done()
    },
  })
  cleanups.push(() => session.close(), server.close, endFeed)
  return { session, server, port: server.port }
}

function connect(port: number): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SOCKET_PATH}`, [SUBPROTOCOL], { origin: `http://127.0.0.1:${port}` })
  socket.binaryType = 'arraybuffer'
  socket.on('error', () => {})
  cleanups.push(() => socket.terminate())
  return socket
}

interface Seen { socket: WebSocket, messages: ServerMessage[], seqs: number[], others: number, screen: () => Promise<string>, have: () => Record<number, number> }

/** A window that takes all in, as the page does. */
async function watch(port: number, hello: { session?: string, have?: Record<number, number> } = {}, screen = createScreen({ cols: 40, rows: 5 })): Promise<Seen> {
  const socket = connect(port)
  const seen: Seen = {
    socket,
    messages: [],
    seqs: [],
    others: 0,
    async screen() {
      await screen.settled()
      return plainText(screen)
    },
    have: () => ({ 1: seen.seqs.at(-1) ?? 0 }),
  }
  let last = hello.have?.[1] ?? 0
  socket.on('message', (data: ArrayBuffer, binary) => {
    if (binary) {
      const frame = decodeFrame(data)
      if (frame.run !== 1)
        return void seen.others++
      expect(frame.seq).toBeGreaterThan(last)
      last = frame.seq
      seen.seqs.push(frame.seq)
      return screen.write(frame.data)
    }
    const message = JSON.parse(Buffer.from(data).toString()) as ServerMessage
    seen.messages.push(message)
    if (message.type === 'snapshot' && message.run.n === 1) {
      last = message.screenSeq
      seen.seqs.push(last)
      screen.write(`\x1Bc${message.screen}`)
    }
    if (message.type === 'event' && message.run === 1) {
      expect(message.seq).toBeGreaterThan(last)
      last = message.seq
      seen.seqs.push(last)
    }
  })
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'hello', ...hello }))
  return seen
}

const phases = (seen: Seen): string[] => seen.messages.flatMap(m => m.type === 'event' && m.payload.type === 'phase' ? [m.payload.phase] : [])

describe('the gate', () => {
  it.each<[string, (host: string, port: number) => string, number]>([
    ['the page', host => rawRequest('GET /', { Host: host }), 200],
    ['the page by name', (_, port) => rawRequest('GET /', { Host: `localhost:${port}` }), 200],
    ['the page by a link of another site', host => rawRequest('GET /', { 'Host': host, 'Sec-Fetch-Site': 'cross-site' }), 200],
    ['HEAD', host => rawRequest('HEAD /', { Host: host }), 200],
    ['what is not there', host => rawRequest('GET /nothing', { Host: host }), 404],
    ['a path out of the folder', host => rawRequest('GET /../secret.txt', { Host: host }), 404],
    ['an escaped path out of the folder', host => rawRequest('GET /%2e%2e/secret.txt', { Host: host }), 404],
    ['a broken escape', host => rawRequest('GET /%ff', { Host: host }), 404],
    ['another name', (_, port) => rawRequest('GET /', { Host: `evil.example:${port}` }), 403],
    ['an address that is not served', (_, port) => rawRequest('GET /', { Host: `10.0.0.1:${port}` }), 403],
    ['another site that asks for a part', host => rawRequest('GET /assets/main-1.js', { 'Host': host, 'Sec-Fetch-Site': 'cross-site' }), 403],
    ['another origin', host => rawRequest('GET /', { Host: host, Origin: 'https://evil.example' }), 403],
    ['POST', host => rawRequest('POST /', { Host: host, Origin: `http://${host}` }, 'x'), 403],
    ['the presenter\'s landing page by a link', host => rawRequest('GET /__kamishibai/open', { 'Host': host, 'Sec-Fetch-Site': 'cross-site' }), 403],
    ['an upgrade without Origin', host => rawRequest(`GET ${SOCKET_PATH}`, { Host: host, ...HANDSHAKE }), 403],
    ['an upgrade of another origin', host => rawRequest(`GET ${SOCKET_PATH}`, { Host: host, Origin: 'https://evil.example', ...HANDSHAKE }), 403],
  ])('answers %s', async (_, request, status) => {
    const { port } = await stage([step('a')], exits())
    const answer = await exchange(port, request(`127.0.0.1:${port}`, port))
    expect(statusOf(answer)).toBe(status)
    expect(answer).not.toContain('presenter\'s own')
  })

  it('sends what is compressed well compressed, and parts of what is played', async () => {
    const { port } = await stage([step('a')], exits())
    const url = `http://127.0.0.1:${port}`
    const script = await fetch(`${url}/assets/main-1.js`)
    expect(script.headers.get('content-encoding')).toBe('gzip')
    expect(await script.text()).toContain('x'.repeat(1000))
    const part = await fetch(`${url}/film.mp4`, { headers: { Range: 'bytes=2-4' } })
    expect([part.status, await part.text()]).toEqual([206, '234'])
  })
})

it('takes nothing but where a viewer left off: each other message closes its socket, and runs nothing', async () => {
  const { session, port } = await stage([step('a')], exits())
  for (const bad of ['not json', '{}', '[]', 'null', '{"type":"run","step":"a"}', '{"type":"slide","no":2}']) {
    const socket = connect(port)
    await once(socket, 'open')
    socket.send(bad)
    expect((await once(socket, 'close') as [number])[0]).toBe(1008)
  }
  for (const bad of ['{"type":"hello"}', '{"type":"run","step":"a"}', '{"type":"reset"}', '{"type":"mode","mode":"replay"}', '{"type":"ack","bytes":1}', '{"type":"log","run":1}']) {
    const { socket } = await watch(port)
    socket.send(bad)
    expect((await once(socket, 'close') as [number])[0]).toBe(1008)
  }
  const binary = connect(port)
  await once(binary, 'open')
  binary.send(Buffer.from('{"type":"hello"}'))
  expect((await once(binary, 'close') as [number])[0]).toBe(1008)
  expect([session.runs, session.pace.slide]).toEqual([[], undefined])
})

it('tells a run as it goes, to who comes late as it stands, and where the talk is', async () => {
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
  const { session, port } = await stage([step('a')], async ({ emit }) => {
    emit({ type: 'output', data: 'one\r\n' })
    await mayEnd
    emit({ type: 'output', data: 'two\r\n' })
    emit({ type: 'exit', code: 0 })
  })
  session.pace.show(3, 2, 'a')
  const early = await watch(port)
  session.start('a')
  await expect.poll(early.screen).toBe('one')
  const late = await watch(port)
  await expect.poll(late.screen).toBe('one')
  expect(late.messages).toContainEqual({ type: 'pace', slide: 3, clicks: 2, over: 'a', spent: {} })
  expect(late.messages[0]).toMatchObject({ type: 'session', session: 'test', runners: [] })
  end()
  for (const seen of [early, late]) {
    await expect.poll(seen.screen).toBe('one\ntwo')
    await expect.poll(() => phases(seen)).toContain('exited')
  }
  await session.reset(['a'])
  await expect.poll(() => late.messages.at(-1)).toEqual({ type: 'forgotten', runs: [1] })
})

it('does not send what a terminal shows, unless its step says remote', async () => {
  const { session, port } = await stage([step('own', { verb: 'terminal' }), step('shared', { verb: 'terminal', remote: true })], async ({ emit }) => {
    emit({ type: 'output', data: 'typed\r\n' })
    emit({ type: 'exit', code: 0 })
  })
  const seen = await watch(port)
  await session.start('own').over
  await expect.poll(() => phases(seen)).toContain('exited')
  const late = await watch(port)
  await expect.poll(() => late.messages.some(m => m.type === 'snapshot')).toBe(true)
  expect([await seen.screen(), await late.screen()]).toEqual(['', ''])
  await session.start('shared').over
  await expect.poll(() => phases(seen).filter(phase => phase === 'exited')).toHaveLength(2)
  expect(seen.others).toBe(1)
})

it('takes out the presenter\'s names, also where they come in pieces', async () => {
  const { session, port } = await stage([step('a')], async ({ emit }) => {
    for (const data of ['/home/ali', 'ce/x by al', 'ice\r\n', 'ali', 'as\r\n']) {
      emit({ type: 'output', data })
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    emit({ type: 'resource', op: 'added', ref: { kind: 'container', id: '1', name: 'alice' }, view: {} })
    emit({ type: 'exit', code: 0 })
  }, { login: 'alice', host: 'box', home: '/home/alice' })
  const seen = await watch(port)
  await session.start('a').over
  await expect.poll(() => phases(seen)).toContain('exited')
  expect(await seen.screen()).toBe('/home/speaker/x by speaker\nalias')
  expect(JSON.stringify(seen.messages)).not.toContain('alice')
})

it('loses and doubles nothing when the socket is cut 100 times during output', async () => {
  const CUTS = 100
  const { promise: allCut, resolve: cutsDone } = Promise.withResolvers<void>()
  let lines = 0
  const { session, port } = await stage([step('a', { timeoutMs: 60_000 })], async ({ emit, signal }) => {
    const over = allCut.then(() => true)
    do
      emit({ type: 'output', data: `line ${lines++}\r\n` })
    while (!signal.aborted && !await Promise.race([over, new Promise<false>(resolve => setTimeout(resolve, 1, false))]))
    emit({ type: 'output', data: 'end\r\n' })
    emit({ type: 'exit', code: 0 })
  })
  const screen = createScreen({ cols: 40, rows: 5 })
  const run = session.start('a')
  let have: Record<number, number> | undefined
  for (let cut = 0; cut < CUTS; cut++) {
    const seen = await watch(port, have && { session: 'test', have }, screen)
    await expect.poll(() => seen.seqs.length, { interval: 1 }).toBeGreaterThan(cut % 3)
    seen.socket.terminate()
    have = seen.have()
  }
  cutsDone()
  await run.over
  const last = await watch(port, { session: 'test', have }, screen)
  await expect.poll(last.screen).toContain('end')
  expect(last.messages.some(message => message.type === 'snapshot')).toBe(false)
  const shown = (await last.screen()).split('\n')
  // Of the lines the screen keeps the last thousand.
  expect(shown.slice(0, -1)).toEqual(Array.from({ length: shown.length - 1 }, (_, i) => `line ${lines - shown.length + 1 + i}`))
}, 60_000)

it('gives a socket that does not keep up the screen as it stands, and none of what it missed', async () => {
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
  let written = 0
  const { session, port } = await stage([step('a', { timeoutMs: 60_000 })], async ({ emit }) => {
    for (let line = 0; line < 4000; line++) {
      const data = `${'x'.repeat(2000)} line ${line}\r\n`
      written += data.length
      emit({ type: 'output', data })
      if (line % 20 === 0)
        await new Promise(resolve => setTimeout(resolve, 1))
    }
    await mayEnd
    emit({ type: 'output', data: '\x1B[2J\x1B[Hend' })
    emit({ type: 'exit', code: 0 })
  })
  const slow = await watch(port)
  const quick = await watch(port)
  let received = 0
  slow.socket.on('message', (data: ArrayBuffer) => void (received += data.byteLength))
  await expect.poll(() => slow.messages.length).toBeGreaterThan(0)
  slow.socket.pause()
  const run = session.start('a')
  await expect.poll(quick.screen, { timeout: 30_000 }).toContain('line 3999')
  slow.socket.resume()
  await expect.poll(slow.screen, { timeout: 30_000 }).toContain('line 3999')
  expect(received).toBeLessThan(written * 0.7)
  end()
  await run.over
  for (const seen of [slow, quick])
    await expect.poll(async () => (await seen.screen()).split('\n').at(-1)).toBe('end')
}, 60_000)

describe('its process', () => {
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    }
    catch {
      return false
    }
  }

  it('serves at a lower priority, comes back where it ends, and ends with the talk', async () => {
    const session = await sessionOf([step('a')], async ({ emit }) => {
      emit({ type: 'output', data: 'hello\r\n' })
      emit({ type: 'exit', code: 0 })
    })
    const counts: number[] = []
    const remote = await startRemote(options(), { session, onCount: count => counts.push(count), onLost: error => expect(error).toBeUndefined() })
    cleanups.push(() => session.close(), remote.close)
    await session.start('a').over
    const seen = await watch(remote.port)
    await expect.poll(seen.screen).toBe('hello')
    await expect.poll(() => counts.at(-1)).toBe(1)
    const first = remote.pid!
    expect(getPriority(first)).toBeGreaterThan(getPriority())
    process.kill(first, 'SIGKILL')
    await expect.poll(() => seen.socket.readyState).toBe(WebSocket.CLOSED)
    await expect.poll(() => remote.pid !== first && fetch(`http://127.0.0.1:${remote.port}/`).then(r => r.text(), () => ''), { timeout: 20_000 }).toBe(PAGE)
    const back = await watch(remote.port, { session: 'test', have: seen.have() })
    await expect.poll(() => back.messages.some(m => m.type === 'session')).toBe(true)
    const second = remote.pid!
    // Ctrl-C is the presenter's to answer.
    process.kill(second, 'SIGINT')
    remote.close()
    await expect.poll(() => isAlive(second)).toBe(false)
  }, 60_000)

  it('ends with the presenter\'s process, even where that is killed', async () => {
    const entry = resolve(import.meta.dirname, '../../runners/service/remote/entry.mjs')
    const parent = spawn(process.execPath, ['-e', `
      const child = require('node:child_process').fork(${JSON.stringify(entry)}, { serialization: 'advanced' })
      child.send(${JSON.stringify({ type: 'open', ...options() })})
      child.once('message', ({ port }) => process.stdout.write(String(port)))
    `], { stdio: ['ignore', 'pipe', 'inherit'] })
    const url = `http://127.0.0.1:${String((await once(parent.stdout, 'data'))[0])}/`
    expect((await fetch(url)).status).toBe(200)
    parent.kill('SIGKILL')
    await expect.poll(() => fetch(url).then(() => 'served', () => 'gone'), { timeout: 10_000 }).toBe('gone')
  })

  it('says what is wrong with an address that is not of this machine', async () => {
    const session = await sessionOf([step('a')], exits())
    cleanups.push(() => session.close())
    await expect(startRemote({ ...options(), addresses: ['203.0.113.1'] }, { session, onCount: () => {}, onLost: () => {} })).rejects.toMatchObject({ code: 'port-taken', hint: expect.stringContaining('--remote ADDRESS:PORT') })
  })
})

describe('--remote', () => {
  const info = (address: string, family: 'IPv4' | 'IPv6' = 'IPv4', internal = false) => ({ address, family, internal, netmask: '', mac: '', cidr: null, ...family === 'IPv6' && { scopeid: 0 } }) as NetworkInterfaceInfo
  const interfaces = {
    lo: [info('127.0.0.1', 'IPv4', true), info('::1', 'IPv6', true)],
    wlan0: [info('fd00::5', 'IPv6'), info('fe80::5', 'IPv6'), info('192.168.1.5')],
    eth0: [info('203.0.113.7'), info('10.1.2.3')],
    docker0: [info('172.17.0.1')],
  }

  it.each([
    ['', { addresses: ['192.168.1.5', '10.1.2.3', 'fd00::5'] }],
    ['8080', { addresses: ['192.168.1.5', '10.1.2.3', 'fd00::5'], port: 8080 }],
    [':8080', { addresses: ['192.168.1.5', '10.1.2.3', 'fd00::5'], port: 8080 }],
    ['127.0.0.1:0', { addresses: ['127.0.0.1'], port: 0 }],
    ['203.0.113.7', { addresses: ['203.0.113.7'] }],
    ['fd00::5', { addresses: ['fd00::5'] }],
    ['[fd00::5]:80', { addresses: ['fd00::5'], port: 80 }],
  ])('"%s" is all private addresses, or the one that is named', (text, place) => {
    expect(resolveRemote(text, interfaces)).toEqual(place)
  })

  it.each(['0.0.0.0', '192.168.1.6:80', 'example.com', 'localhost:4030', '[::', '1.2.3.4:x', '70000', 'a b'])('refuses "%s"', (text) => {
    expect(() => resolveRemote(text, interfaces)).toThrow(/not an address of this machine|no port/)
  })

  it('says what to do where nobody could reach this machine', () => {
    expect(() => resolveRemote('', { lo: interfaces.lo })).toThrow('no private address')
  })

  it('makes addresses that can be opened', () => {
    expect([urlOf('10.1.2.3', 4030), urlOf('fd00::5', 4030), urlOf('10.1.2.3', 80)]).toEqual(['http://10.1.2.3:4030/', 'http://[fd00::5]:4030/', 'http://10.1.2.3/'])
  })
})
