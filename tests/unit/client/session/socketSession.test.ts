import type { SocketOptions } from '../../../../client/session/socketSession.ts'
import type { FakeSocket } from './_socket.ts'
import { expect, it, onTestFinished, vi } from 'vitest'
import { BAD_DATA } from '../../../../client/session/connection.ts'
import { createSocketSession } from '../../../../client/session/socketSession.ts'
import { screenText } from '../../../../runners/protocol/screen.ts'
import { createFakeSocket, greeting, snapshot } from './_socket.ts'

/** A session over sockets whose other end is the test; the first is open. */
function connected(options: Partial<SocketOptions> = {}) {
  const sockets: FakeSocket[] = []
  const session = createSocketSession({
    url: 'ws://127.0.0.1/',
    protocols: [],
    schedule: callback => callback(),
    open: () => sockets[sockets.push(createFakeSocket()) - 1]!,
    ...options,
  })
  onTestFinished(() => session.close())
  sockets[0]!.accept()
  return { session, sockets, socket: sockets[0]! }
}

/** Lets the session come back after its socket closed. */
async function comeBack(sockets: FakeSocket[], ms = 250): Promise<FakeSocket> {
  await vi.advanceTimersByTimeAsync(ms)
  const socket = sockets.at(-1)!
  socket.accept()
  return socket
}

function fakeTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
}

it('drops the runs of an older session when another one greets', async () => {
  fakeTimers()
  const { session, sockets, socket } = connected()
  socket.tell(greeting('one'))
  socket.tell(snapshot(1, 'web'))
  socket.drop()
  expect(session.runs.has('web')).toBe(true)
  const next = await comeBack(sockets)
  expect(next.sent[0]).toEqual({ type: 'hello', session: 'one', have: { 1: 0 } })
  next.tell(greeting('two'))
  expect([session.runs.size, session.allRuns.length]).toEqual([0, 0])
})

it('goes on where it left off in the same session', async () => {
  fakeTimers()
  const { session, sockets, socket } = connected()
  socket.tell(greeting('one'))
  socket.tell(snapshot(1, 'web', { seq: 3 }))
  socket.tell({ type: 'event', run: 1, seq: 4, at: 10, payload: { type: 'phase', phase: 'ready' } })
  session.show!(2, 1)
  socket.drop()
  expect(session.status.value).toBe('lost')
  const next = await comeBack(sockets)
  next.tell(greeting('one'))
  expect(session.status.value).toBe('open')
  expect(session.runs.get('web')!.state.value.phase).toBe('ready')
  expect(next.sent).toEqual([{ type: 'hello', session: 'one', have: { 1: 4 } }, { type: 'slide', no: 2, clicks: 1 }])
})

it('acknowledges each frame once it is drawn, on the socket that it came from', async () => {
  const { session, socket } = connected()
  socket.tell(greeting('one'))
  socket.tell(snapshot(1, 'web'))
  socket.sent.length = 0
  socket.frame(1, 1, 'hello')
  socket.frame(7, 1, 'of a run that was forgotten')
  await expect.poll(() => socket.sent.length).toBe(2)
  expect(socket.sent).toContainEqual({ type: 'ack', bytes: 16 + 5 })
  expect(screenText(session.runs.get('web')!.screen.lines())).toBe('hello')
})

it.each<[string, (socket: FakeSocket) => void]>([
  ['text that is no JSON', socket => socket.tell('{')],
  ['a message of an unknown type', socket => socket.tell({ type: 'surprise' })],
  ['a frame without its header', socket => socket.onmessage!.call({} as never, { data: new ArrayBuffer(3) } as never)],
])('closes the socket over %s, and comes back', async (_, send) => {
  fakeTimers()
  const { session, sockets, socket } = connected()
  socket.tell(greeting('one'))
  expect(() => send(socket)).not.toThrow()
  expect(socket.closedWith!.code).toBe(BAD_DATA)
  expect(socket.closedWith!.reason).toMatch(/^bad message: /)
  expect(new TextEncoder().encode(socket.closedWith!.reason).length).toBeLessThanOrEqual(123)
  expect(session.status.value).toBe('lost')
  // What still arrives counts no more.
  socket.tell(snapshot(1, 'web'))
  expect(session.runs.size).toBe(0)
  socket.drop()
  await comeBack(sockets)
  expect(session.status.value).toBe('open')
})

it('waits longer each time that a service sends nothing it understands', async () => {
  fakeTimers()
  const { sockets } = connected()
  for (const ms of [250, 500, 1000]) {
    const socket = sockets.at(-1)!
    socket.tell('{')
    socket.drop()
    const before = sockets.length
    await vi.advanceTimersByTimeAsync(ms - 1)
    expect(sockets).toHaveLength(before)
    await comeBack(sockets, 1)
    expect(sockets).toHaveLength(before + 1)
  }
})

it('waits as little as at first once a service is understood again', async () => {
  fakeTimers()
  const { sockets, socket } = connected()
  socket.tell('{')
  socket.drop()
  const second = await comeBack(sockets)
  second.drop()
  const third = await comeBack(sockets, 500)
  third.tell(greeting('one'))
  third.drop()
  await comeBack(sockets, 250)
  expect(sockets).toHaveLength(4)
})

it('forgets what a reset has undone, and shows the run before', () => {
  const { session, socket } = connected()
  socket.tell(greeting('one'))
  socket.tell(snapshot(1, 'web'))
  socket.tell({ type: 'error', code: 'failed', message: 'm', hint: 'h', step: 'web' })
  expect(session.errors.get('web')?.message).toBe('m')
  socket.tell({ type: 'forgotten', runs: [1, 9] })
  expect([session.runs.size, session.allRuns.length, session.errors.size]).toEqual([0, 0, 0])
})

it('keeps the newest run of a step, whatever order they are told in', () => {
  const { session, socket } = connected()
  socket.tell(greeting('one'))
  socket.tell(snapshot(2, 'web'))
  socket.tell(snapshot(1, 'web'))
  expect(session.runs.get('web')!.info.value.n).toBe(2)
})

it('shows the run before one that is forgotten', () => {
  const { session, socket } = connected()
  socket.tell(greeting('one'))
  socket.tell(snapshot(1, 'web'))
  socket.tell(snapshot(2, 'web'))
  socket.sent.length = 0
  session.back!('web')
  expect(socket.sent).toEqual([{ type: 'back', step: 'web' }])
  socket.tell({ type: 'forgotten', runs: [2] })
  expect(session.runs.get('web')!.info.value.n).toBe(1)
})

it('sends a long paste in parts', () => {
  const { session, socket } = connected()
  socket.tell(greeting('one'))
  socket.tell(snapshot(1, 'web'))
  socket.sent.length = 0
  session.input!('web', 'x'.repeat(20_000))
  expect(socket.sent.map(message => message.type === 'input' && message.data.length)).toEqual([8192, 8192, 3616])
})

it('tells a service that is only read nothing but where it left off', () => {
  const { session, socket } = connected({ readOnly: true })
  socket.tell(greeting('one'))
  session.show!(3, 0)
  session.start('web')
  expect(socket.sent).toEqual([{ type: 'hello', have: {} }])
})

it('ends what waits for a log when the connection is lost, and when the log is damaged', async () => {
  fakeTimers()
  const { session, socket } = connected()
  socket.tell(greeting('one'))
  socket.tell(snapshot(1, 'web'))
  const damaged = expect(session.log('web')).rejects.toThrow()
  socket.tell({ type: 'log', run: 1, cast: 'no header', events: '' })
  await damaged
  expect(socket.closedWith).toBeUndefined()
  const lost = expect(session.log('web')).rejects.toThrow('connection was lost')
  socket.drop()
  await lost
  await expect(session.log('other')).rejects.toThrow('no run of this step')
})

it('asks whether it was refused when a socket never opened, and gives up on request', async () => {
  fakeTimers()
  const sockets: FakeSocket[] = []
  const answers = [true, false]
  const session = createSocketSession({
    url: '',
    protocols: [],
    onRefused: async () => answers.shift()!,
    open: () => sockets[sockets.push(createFakeSocket()) - 1]!,
  })
  onTestFinished(() => session.close())
  sockets[0]!.drop()
  await vi.advanceTimersByTimeAsync(250)
  expect(sockets).toHaveLength(2)
  sockets[1]!.drop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sockets).toHaveLength(2)
})

it('leaves a service that fell silent, where it is only read', async () => {
  fakeTimers()
  const { socket } = connected({ readOnly: true })
  socket.tell(greeting('one'))
  await vi.advanceTimersByTimeAsync(39_999)
  expect(socket.closedWith).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1)
  expect(socket.closedWith).toBeDefined()
})

it('says which step the window shows, and tells when that is another one by now', () => {
  const onChanged = vi.fn()
  const { session, socket } = connected({ hashOf: id => `hash of ${id}`, onChanged })
  socket.tell(greeting('one'))
  session.start('a')
  expect(socket.sent.at(-1)).toMatchObject({ type: 'run', step: 'a', hash: 'hash of a' })
  socket.tell({ type: 'error', code: 'exit-code', message: '', hint: '', step: 'a' })
  expect(onChanged).not.toHaveBeenCalled()
  socket.tell({ type: 'error', code: 'step-changed', message: '', hint: '', step: 'a' })
  expect(onChanged).toHaveBeenCalledOnce()
})
