import type { RunInfo, ServerMessage } from '../runners/protocol/wire.ts'
import type { RemoteOptions } from '../runners/service/remote/message.ts'
import type { RemoteServer } from '../runners/service/remote/serve.ts'
import type { Session } from '../runners/service/session/session.ts'
import type { Behaviour, step } from './_session.ts'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { createScreen, plainText } from '../runners/protocol/screen.ts'
import { decodeFrame, SOCKET_PATH, SUBPROTOCOL } from '../runners/protocol/wire.ts'
import { createFeed } from '../runners/service/remote/feed.ts'
import { createUnnamer } from '../runners/service/remote/names.ts'
import { openRemote } from '../runners/service/remote/serve.ts'
import { sessionOf } from './_session.ts'

export const PAGE = '<!doctype html><p>the slides</p>'

/** A site of a few files beside a file that is none of its own, at a free port of this machine. */
export async function siteOptions(): Promise<RemoteOptions> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-remote-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await mkdir(join(dir, 'site', 'assets'), { recursive: true })
  await writeFile(join(dir, 'site', 'index.html'), PAGE)
  await writeFile(join(dir, 'site', 'assets', 'main-1.js'), `export const text = '${'x'.repeat(1000)}'`)
  await writeFile(join(dir, 'site', 'film.mp4'), '0123456789')
  await writeFile(join(dir, 'secret.txt'), 'the presenter\'s own')
  return { dir: join(dir, 'site'), addresses: ['127.0.0.1'], port: 0, strict: true }
}

/** A server in this process, which is told nothing. */
export async function openServer(): Promise<RemoteServer> {
  const server = await openRemote(await siteOptions(), () => {})
  onTestFinished(server.close)
  return server
}

/** A session whose logs are fed to a server of the same process. */
export async function stage(steps: ReturnType<typeof step>[], behave: Behaviour, identity = { login: 'root', host: 'localhost', home: '/root' }): Promise<{ session: Session, port: number }> {
  const session = await sessionOf(steps, behave)
  onTestFinished(async () => void await session.close())
  const server = await openServer()
  onTestFinished(createFeed({
    session,
    unnamer: createUnnamer(identity),
    send(messages, done) {
      server.take(structuredClone(messages))
      done()
    },
  }))
  return { session, port: server.port }
}

export function connect(port: number): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SOCKET_PATH}`, [SUBPROTOCOL], { origin: `http://127.0.0.1:${port}` })
  socket.binaryType = 'arraybuffer'
  socket.on('error', () => {})
  onTestFinished(() => socket.terminate())
  return socket
}

/** What a window has seen of the first run, and how many frames of others. */
export interface Seen {
  socket: WebSocket
  messages: ServerMessage[]
  seqs: number[]
  /** The output in frames. */
  frames: string[]
  others: number
  screen: () => Promise<string>
  have: () => Record<number, number>
}

/** A window that takes all in, as the page does. */
export async function watch(
  port: number,
  hello: { session?: string, have?: Record<number, number> } = {},
  screen = createScreen({ cols: 40, rows: 5 }),
): Promise<Seen> {
  const socket = connect(port)
  const seen: Seen = {
    socket,
    messages: [],
    seqs: [],
    frames: [],
    others: 0,
    async screen() {
      await screen.settled()
      return plainText(screen)
    },
    have: () => ({ 1: seen.seqs.at(-1) ?? 0 }),
  }
  let last = hello.have?.[1] ?? 0
  const takeSeq = (seq: number): void => {
    expect(seq).toBeGreaterThan(last)
    last = seq
    seen.seqs.push(seq)
  }
  socket.on('message', (data: ArrayBuffer, binary) => {
    if (binary) {
      const frame = decodeFrame(data)
      if (frame.run !== 1)
        return void seen.others++
      takeSeq(frame.seq)
      seen.frames.push(Buffer.from(frame.data).toString())
      return screen.write(frame.data)
    }
    const message = JSON.parse(Buffer.from(data).toString()) as ServerMessage
    seen.messages.push(message)
    if (message.type === 'snapshot' && message.run.n === 1) {
      last = message.screenSeq
      seen.seqs.push(last)
      screen.write(`\x1Bc${message.screen}`)
    }
    if (message.type === 'event' && message.run === 1)
      takeSeq(message.seq)
  })
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'hello', ...hello }))
  return seen
}

export const phases = (seen: Seen): string[] => seen.messages.flatMap(m => m.type === 'event' && m.payload.type === 'phase' ? [m.payload.phase] : [])

/** The first run, of the step `a`. */
export const RUN: RunInfo = { n: 1, step: 'a', mode: 'live', startedAt: 0, cols: 40, rows: 5 }
