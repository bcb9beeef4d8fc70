import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { SOCKET_PATH, SUBPROTOCOL, TOKEN_HEADER, TOKEN_PREFIX } from '../../runners/protocol/wire.ts'
import { createToken } from '../../runners/service/wire/token.ts'
import { exchange, HANDSHAKE, rawRequest, statusOf } from '../_raw-http.ts'
import { EVIL, onGuarded } from './_gate.ts'

const guarded = onGuarded()
const { token } = guarded

it('refuses a rebound name', async () => {
  const host = `rebound.evil.example:${guarded.port}`
  const origin = `http://${host}`
  for (const request of [
    rawRequest('GET /', { Host: host }),
    rawRequest('POST /__slidev/slides/1.json', { Host: host, Origin: origin }, EVIL),
    rawRequest('POST /__mcp', { 'Host': host, 'Origin': origin, 'Content-Type': 'application/json' }, '{}'),
    rawRequest(`GET ${SOCKET_PATH}`, { 'Host': host, 'Origin': origin, 'Sec-WebSocket-Protocol': `${SUBPROTOCOL}, ${TOKEN_PREFIX}${token}`, ...HANDSHAKE }),
    rawRequest('GET /', { 'Host': host, 'Origin': origin, 'Sec-WebSocket-Protocol': 'vite-hmr', ...HANDSHAKE }),
  ])
    expect(statusOf(await exchange(guarded.port, request))).toBe(403)
})

it('has nobody write files over Vite\'s socket', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const origin = `http://127.0.0.1:${guarded.port}`
  const client = await (await fetch(`${origin}/@vite/client`)).text()
  const [, viteToken] = /wsToken = "([^"]+)"/.exec(client)!
  const socket = new WebSocket(`ws://127.0.0.1:${guarded.port}/?token=${viteToken}`, 'vite-hmr', { origin })
  const pong = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      if ((data as Buffer).toString().includes('test:pong'))
        resolve()
    })
  })
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'custom', event: 'slidev:monaco-write', data: { file: 'deck.md', content: 'owned' } }))
  socket.send(JSON.stringify({ type: 'custom', event: 'test:ping' }))
  await pong
  // Slidev's handler would have said that the file is not among the writable ones.
  expect(log).not.toHaveBeenCalled()
  log.mockRestore()
  socket.terminate()
})

/** Sends each request from a process of user `nobody`. */
async function asNobody(requests: string[]): Promise<string[]> {
  const script = `
    const { connect } = require('node:net')
    const ask = text => new Promise(resolve => {
      let answer = ''
      const socket = connect(${guarded.port}, '127.0.0.1', () => socket.write(text))
      socket.setTimeout(5000, () => socket.destroy())
      socket.on('data', data => { answer += data }).on('error', () => {}).on('close', () => resolve(answer))
    })
    Promise.all(${JSON.stringify(requests)}.map(ask)).then(answers => console.log(JSON.stringify([process.getuid(), answers])))`
  const child = spawn(process.execPath, ['-e', script], { uid: 65534, gid: 65534, cwd: '/', env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', data => output += String(data))
  await once(child, 'close')
  const [uid, answers] = JSON.parse(output) as [number, string[]]
  expect(uid).toBe(65534)
  return answers
}

it('runs and writes nothing for another user of the machine, who can forge every header', async ({ skip }) => {
  skip(process.getuid?.() !== 0, 'only root can become another user')
  const page = { Host: `127.0.0.1:${guarded.port}`, Origin: `http://127.0.0.1:${guarded.port}` }
  const socket = (protocols: string, path = SOCKET_PATH): string => rawRequest(`GET ${path}`, { ...page, 'Sec-WebSocket-Protocol': protocols, ...HANDSHAKE })
  const answers = await asNobody([
    rawRequest('POST /__slidev/slides/1.json', page, EVIL),
    rawRequest('POST /__mcp', { ...page, 'Content-Type': 'application/json' }, '{}'),
    // Drawings become markup of the presenter's page, and the position starts steps with on=enter.
    rawRequest('POST /@server-reactive/drawings', page, '{"data":{"1":"<image href=x onerror=alert(1)>"}}'),
    rawRequest('POST /@server-reactive/nav', page, '{"patch":{"page":2}}'),
    rawRequest('POST /@server-reactive/snapshots', page, '{"data":{}}'),
    rawRequest(`POST /@server-reactive/nav?token=${createToken()}`, { ...page, [TOKEN_HEADER]: createToken() }, '{}'),
    socket(SUBPROTOCOL),
    socket(`${SUBPROTOCOL}, ${TOKEN_PREFIX}`),
    socket(`${SUBPROTOCOL}, ${TOKEN_PREFIX}${createToken()}`),
    socket(SUBPROTOCOL, `${SOCKET_PATH}?token=${createToken()}`),
  ])
  expect(answers.map(statusOf)).toEqual(answers.map(() => 403))
  const pages = await asNobody(['/', '/presenter/1', '/@slidev/configs', '/@vite/client', '/__slidev/slides/1.json', '/@server-reactive/nav'].map(path => rawRequest(`GET ${path}`, page)))
  expect(pages.filter(answer => answer.includes(token))).toEqual([])
})
