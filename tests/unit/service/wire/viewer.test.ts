import type { WebSocket } from 'ws'
import type { ClientMessage, ServerMessage } from '../../../../runners/protocol/wire.ts'
import type { Session } from '../../../../runners/service/session/session.ts'
import type { Behaviour } from '../../../_session.ts'
import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { CREDIT, decodeFrame } from '../../../../runners/protocol/wire.ts'
import { createViewer } from '../../../../runners/service/wire/viewer.ts'
import { exits, lasts, sessionOf, step } from '../../../_session.ts'

interface Tab {
  /** What came as control messages, and as output. */
  messages: ServerMessage[]
  output: () => string
  /** Bytes of frames. */
  received: () => number
  say: (message: Partial<ClientMessage>) => void
  of: <T extends ServerMessage['type']>(type: T) => Extract<ServerMessage, { type: T }>[]
}

/** A tab of the session, at the other end of a socket that carries everything at once. */
function open(session: Session): Tab {
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    close: () => socket.emit('close'),
    send: (data: string | Uint8Array) => typeof data === 'string' ? messages.push(JSON.parse(data) as ServerMessage) : frames.push(data),
  })
  const messages: ServerMessage[] = []
  const frames: Uint8Array[] = []
  createViewer(socket as unknown as WebSocket, session)
  onTestFinished(() => void socket.close())
  return {
    messages,
    output: () => frames.map(frame => new TextDecoder().decode(decodeFrame(frame.buffer as ArrayBuffer).data)).join(''),
    received: () => frames.reduce((sum, frame) => sum + frame.byteLength, 0),
    say: message => socket.emit('message', Buffer.from(JSON.stringify(message)), false),
    of: type => messages.filter(message => message.type === type) as never,
  }
}

async function openSession(behave: Behaviour): Promise<Session> {
  const session = await sessionOf([step('a', { timeoutMs: 120_000 })], behave)
  onTestFinished(async () => void await session.close())
  return session
}

const LINE = `${'x'.repeat(1022)}\r\n`

/** Lets everything that was scheduled happen. */
async function calm(): Promise<void> {
  for (let i = 0; i < 50; i++)
    await setImmediate()
}

it('carries every event of a run, in its order', async () => {
  const session = await openSession(async (context, s) => {
    context.emit({ type: 'output', data: 'one' })
    context.emit({ type: 'marker', label: 'here' })
    context.emit({ type: 'output', data: 'two' })
    await exits()(context, s)
  })
  const tab = open(session)
  const run = session.start('a')
  tab.say({ type: 'hello', session: session.id, have: { 1: 0 } })
  await run.over
  await expect.poll(() => tab.of('event').at(-1)?.payload).toMatchObject({ type: 'phase', phase: 'exited' })
  expect(tab.of('event').map(({ payload }) => payload.type)).toEqual(['phase', 'phase', 'marker', 'exit', 'phase'])
  expect(tab.of('event')[2]).toMatchObject({ run: 1, payload: { label: 'here' } })
  expect(tab.output()).toBe('onetwo')
})

it('holds output back beyond its credit, until the tab has drawn what it got', async () => {
  const session = await openSession(lasts)
  const tab = open(session)
  const { log } = session.start('a')
  tab.say({ type: 'hello', session: session.id, have: { 1: 0 } })
  const lines = 4 * CREDIT / LINE.length
  for (let i = 0; i < lines; i++)
    log.append({ type: 'output', data: LINE })
  await calm()
  expect(tab.received()).toBeGreaterThanOrEqual(CREDIT)
  expect(tab.received()).toBeLessThan(CREDIT + 64 * 1024)
  for (let drawn = 0; drawn < tab.received(); await calm()) {
    tab.say({ type: 'ack', bytes: tab.received() - drawn })
    drawn = tab.received()
  }
  expect(tab.output()).toBe(LINE.repeat(lines))
})

it('gives a tab that fell behind what the log holds in memory the screen as it stands', async () => {
  const session = await openSession(lasts)
  const tab = open(session)
  const { log } = session.start('a')
  // Its own events come before those of the test.
  await expect.poll(() => log.state.phase, { timeout: 20_000 }).toBe('running')
  tab.say({ type: 'hello', session: session.id, have: { 1: 0 } })
  const append = (lines: number): void => {
    for (let i = 0; i < lines; i++)
      log.append({ type: 'output', data: LINE })
  }
  append(2 * CREDIT / LINE.length)
  await calm()
  expect(tab.received()).toBeGreaterThanOrEqual(CREDIT)
  while (log.from(2 * CREDIT / LINE.length))
    append(100)
  log.append({ type: 'output', data: 'the end' })
  await calm()
  expect(tab.of('snapshot')).toEqual([])
  tab.say({ type: 'ack', bytes: tab.received() })
  await expect.poll(() => tab.of('snapshot'), { timeout: 20_000 }).toHaveLength(1)
  expect(tab.output()).not.toContain('the end')
  const { screen, screenSeq, state } = tab.of('snapshot')[0]!
  expect(screen).toContain('the end')
  expect(screenSeq).toBe(log.state.seq)
  expect(state).toEqual(JSON.parse(JSON.stringify(log.state)))
})

it('forgets with the session what a reset has undone', async () => {
  const session = await openSession(exits())
  const tab = open(session)
  tab.say({ type: 'hello' })
  await session.start('a').over
  await session.reset(['a'])
  expect(tab.of('forgotten')).toEqual([{ type: 'forgotten', runs: [1] }])
  const late = open(session)
  late.say({ type: 'hello' })
  await calm()
  expect(late.messages.map(({ type }) => type)).toEqual(['session', 'forgotten', 'windows', 'windows'])
})

it('tells each window what another one changed, and a late one all of it', async () => {
  const session = await openSession(exits())
  const [first, second] = [open(session), open(session)]
  for (const tab of [first, second])
    tab.say({ type: 'hello' })
  await calm()
  first.say({ type: 'windows', channel: 'drawings', patch: { 3: '<path/>' } })
  await calm()
  expect(second.of('windows').at(-1)).toEqual({ type: 'windows', channel: 'drawings', patch: { 3: '<path/>' } })
  expect(first.of('windows').every(({ whole }) => whole)).toBe(true)
  const late = open(session)
  late.say({ type: 'hello' })
  await calm()
  expect(late.of('windows')).toContainEqual({ type: 'windows', channel: 'drawings', patch: { 3: '<path/>' }, whole: true })
})

it('understands nothing before hello', async () => {
  const session = await openSession(exits())
  const tab = open(session)
  tab.say({ type: 'run', step: 'a' })
  await calm()
  expect(tab.messages).toMatchObject([{ type: 'error', code: 'bad-message' }])
  expect(session.runs).toEqual([])
})

it('runs no step that is another one than the page shows', async () => {
  const session = await openSession(exits())
  const tab = open(session)
  tab.say({ type: 'hello', have: {} })
  tab.say({ type: 'run', step: 'a', hash: 'before' })
  await expect.poll(() => tab.of('error')).toMatchObject([{ code: 'step-changed', step: 'a' }])
  expect(session.runs).toEqual([])
  tab.say({ type: 'run', step: 'a', hash: session.deck.steps[0]!.hash })
  await expect.poll(() => session.runs.length).toBe(1)
})
