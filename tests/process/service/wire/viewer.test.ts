import type { AddressInfo } from 'node:net'
import type { ServerMessage } from '../../../../runners/protocol/wire.ts'
import type { Session } from '../../../../runners/service/session/session.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { decodeFrame, MAX_CLIENT_MESSAGE, SOCKET_PATH, SUBPROTOCOL, TOKEN_PREFIX } from '../../../../runners/protocol/wire.ts'
import { attachSocket } from '../../../../runners/service/wire/viewer.ts'
import { exits, lasts, sessionOf, step } from '../../../_session.ts'

const TOKEN = 'a-token'
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse())
    await cleanup()
})

async function serve(session: Session): Promise<string> {
  const server = createServer()
  const detach = attachSocket(server, session, TOKEN)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => session.close(), () => new Promise(resolve => server.close(resolve)), detach)
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}${SOCKET_PATH}`
}

function connect(url: string, token = TOKEN): WebSocket {
  const socket = new WebSocket(url, [SUBPROTOCOL, TOKEN_PREFIX + token])
  socket.binaryType = 'arraybuffer'
  socket.on('error', () => {})
  cleanups.push(() => socket.terminate())
  return socket
}

async function nextMessage(socket: WebSocket): Promise<ServerMessage> {
  const [data] = await once(socket, 'message') as [Buffer]
  return JSON.parse(data.toString()) as ServerMessage
}

it('refuses a socket without the token', async () => {
  const url = await serve(await sessionOf([step('a')], exits()))
  const socket = connect(url, 'wrong')
  const [error] = await once(socket, 'error') as [Error]
  expect(error.message).toContain('403')
})

it('answers what it does not understand with an error and goes on', async () => {
  const url = await serve(await sessionOf([step('a')], exits()))
  const socket = connect(url)
  await once(socket, 'open')
  for (const bad of ['not json', '{}', '{"type":"run"}', '{"type":"run","step":"a"}', '[]', 'null', '{"type":"hello","have":{"1":"x"}}']) {
    socket.send(bad)
    await expect(nextMessage(socket)).resolves.toMatchObject({ type: 'error', code: 'bad-message' })
  }
  socket.send(JSON.stringify({ type: 'hello' }))
  await expect(nextMessage(socket)).resolves.toMatchObject({ type: 'session' })
  socket.send(JSON.stringify({ type: 'run', step: 'rm -rf /' }))
  await expect(nextMessage(socket)).resolves.toMatchObject({ type: 'error', code: 'unknown-step' })
  socket.send(JSON.stringify({ type: 'cancel', run: 99 }))
  await expect(nextMessage(socket)).resolves.toMatchObject({ type: 'error', code: 'not-found' })
})

it('closes the socket of an oversized message', async () => {
  const url = await serve(await sessionOf([step('a')], exits()))
  const socket = connect(url)
  await once(socket, 'open')
  socket.send('x'.repeat(MAX_CLIENT_MESSAGE + 1))
  const [code] = await once(socket, 'close') as [number]
  expect(code).toBe(1009)
})

it('takes input for interactive runs only', async () => {
  const session = await sessionOf([step('a')], lasts)
  const socket = connect(await serve(session))
  session.start('a')
  await once(socket, 'open')
  const answers: ServerMessage[] = []
  socket.on('message', data => answers.push(JSON.parse((data as Buffer).toString()) as ServerMessage))
  socket.send(JSON.stringify({ type: 'hello' }))
  socket.send(JSON.stringify({ type: 'input', run: 1, data: 'whoami\n' }))
  await expect.poll(() => answers).toContainEqual(expect.objectContaining({ type: 'error', code: 'not-allowed' }))
})

it('loses and doubles nothing when the socket is cut 100 times during output', async () => {
  const CUTS = 100
  const LINES = 4000
  const { promise: allCut, resolve: cutsDone } = Promise.withResolvers<void>()
  const session = await sessionOf([step('a', { timeoutMs: 60_000 })], async ({ emit }) => {
    for (let line = 0; line < LINES; line++) {
      emit({ type: 'output', data: `line ${line}\r\n` })
      if (line % 500 === 0)
        emit({ type: 'marker', label: `m${line}` })
      await new Promise(resolve => setImmediate(resolve))
    }
    await allCut
    emit({ type: 'output', data: 'end\r\n' })
    emit({ type: 'exit', code: 0 })
  })
  const url = await serve(session)
  const run = session.start('a')

  let text = ''
  let have = 0
  const markers: string[] = []
  for (let cut = 0; cut <= CUTS; cut++) {
    const socket = connect(url)
    if (cut === CUTS)
      cutsDone()
    await once(socket, 'open')
    let frames = 0
    const finished = new Promise<void>((resolve) => {
      socket.on('message', (data, binary) => {
        if (binary) {
          const frame = decodeFrame(data as ArrayBuffer)
          expect(frame.seq).toBeGreaterThan(have)
          have = frame.seq
          text += new TextDecoder().decode(frame.data)
          socket.send(JSON.stringify({ type: 'ack', bytes: frame.data.byteLength + 16 }))
          if (++frames === 3 && cut < CUTS)
            socket.terminate()
        }
        else {
          const message = JSON.parse(new TextDecoder().decode(data as ArrayBuffer)) as ServerMessage
          expect(message.type).not.toBe('snapshot')
          if (message.type === 'event') {
            expect(message.seq).toBeGreaterThan(have)
            have = message.seq
            if (message.payload.type === 'marker')
              markers.push(message.payload.label)
            if (message.payload.type === 'phase' && message.payload.phase === 'exited')
              socket.terminate()
          }
        }
      })
      socket.on('close', () => resolve())
    })
    socket.send(JSON.stringify({ type: 'hello', session: 'test', have: { 1: have } }))
    if (cut < CUTS && cut % 2)
      setImmediate(() => socket.terminate())
    else if (cut < CUTS)
      setTimeout(() => socket.terminate(), 20)
    await finished
  }
  await run.over
  expect(text).toBe(`${Array.from({ length: LINES }, (_, line) => `line ${line}\r\n`).join('')}end\r\n`)
  expect(markers).toEqual(Array.from({ length: LINES / 500 }, (_, i) => `m${i * 500}`))
}, 60_000)
