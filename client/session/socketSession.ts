import type { ErrorInfo } from '../../runners/protocol/error.ts'
import type { ClientMessage, RunnerState, ServerMessage } from '../../runners/protocol/wire.ts'
import type { Schedule } from './clientRun.ts'
import type { Connection, Socket } from './connection.ts'
import type { LogRequests } from './logRequests.ts'
import type { RunTable } from './runTable.ts'
import type { SessionClient, SessionState } from './sessionClient.ts'
import type { WindowMessages } from './windowMessages.ts'
import { decodeFrame, serverMessageSchema } from '../../runners/protocol/wire.ts'
import { createConnection } from './connection.ts'
import { createLogRequests } from './logRequests.ts'
import { createRunTable } from './runTable.ts'
import { createSessionState } from './sessionClient.ts'
import { createWindowMessages } from './windowMessages.ts'

/** Characters of one message; a longer paste goes in several. */
const LONGEST_INPUT = 8 * 1024

export interface SocketOptions {
  url: string
  protocols: string[]
  /** Called when the socket closes before it ever opened: return false to give up. */
  onRefused?: () => Promise<boolean>
  onOpen?: () => void
  /** The hash of a step as the window shows it. */
  hashOf?: (stepId: string) => string | undefined
  /** What the page is built of. */
  build?: string
  /** Called when a step, or the page, is another one than the window shows. */
  onChanged?: () => void
  /** Tells the service nothing but where it left off. @default false */
  readOnly?: boolean
  schedule?: Schedule
  /** @default a WebSocket */
  open?: (url: string, protocols: string[]) => Socket
}

const openWebSocket = (url: string, protocols: string[]): Socket => new WebSocket(url, protocols)

/** What a session over a socket is made of. */
interface Parts {
  state: SessionState
  runs: RunTable
  logs: LogRequests
}

/** Takes the messages of a service. */
interface Reader {
  take: (message: ServerMessage) => void
  /** The session that the service told of last. */
  session: () => string | undefined
}

type Commands = Pick<SessionClient, 'start' | 'setMode' | 'reset' | 'cancel' | 'back' | 'takeChange' | 'input' | 'resize' | 'log'>

type Show = Omit<Extract<ClientMessage, { type: 'slide' }>, 'type'>

/** A reader of the service's logs over its WebSocket; takes every event exactly once, and comes back after a break. */
export function createSocketSession(options: SocketOptions): SessionClient {
  const { url, protocols, onRefused, onOpen, hashOf } = options
  const { readOnly = false, schedule, open = openWebSocket } = options
  const state = createSessionState('connecting')
  const parts: Parts = { state, runs: createRunTable(state, schedule), logs: createLogRequests() }
  const windows = createWindowMessages()
  const reader = createReader(parts, windows, options)
  let shown: Show | undefined

  const connection = createConnection({
    open: () => open(url, protocols),
    readOnly,
    onRefused,
    greet: () => [
      { type: 'hello', session: reader.session(), have: parts.runs.have() },
      ...shown ? [{ type: 'slide', ...shown } as const] : [],
    ],
    onOpen() {
      state.status.value = 'open'
      onOpen?.()
    },
    onLost() {
      parts.logs.fail('the connection was lost')
      state.status.value = 'lost'
    },
    take: (data, send) => typeof data === 'string'
      ? reader.take(serverMessageSchema.parse(JSON.parse(data)))
      : takeFrame(parts.runs, data, send),
  })

  return {
    ...state,
    ...createCommands(parts, connection, hashOf),
    // Who only reads the talk enlarges for himself.
    enlarge: enlarged => readOnly
      ? void (state.enlarged.value = enlarged)
      : connection.send({ type: 'enlarge', part: enlarged?.part }),
    show(no, clicks, over) {
      shown = { no, clicks, over }
      connection.send({ type: 'slide', ...shown })
    },
    tellWindows: (channel, patch) => connection.send({ type: 'windows', channel, patch }),
    onWindows: windows.follow,
    close() {
      connection.close()
      parts.runs.clear()
    },
  }
}

/** Draws a frame of output, then gives its credit back. */
function takeFrame(runs: RunTable, buffer: ArrayBuffer, send: (message: ClientMessage) => void): void {
  const { run, seq, at, data } = decodeFrame(buffer)
  void runs.draw(run, data, seq, at).then(() => send({ type: 'ack', bytes: buffer.byteLength }))
}

/** A reader that was not greeted yet. */
function createReader(
  { state, runs, logs }: Parts,
  windows: WindowMessages,
  own: Pick<SocketOptions, 'build' | 'onChanged'>,
): Reader {
  let session: string | undefined
  /** How far this window's clock is ahead of the service's, in ms. */
  let ahead = 0

  function greet(told: Extract<ServerMessage, { type: 'session' }>): void {
    const { now, mode, runners } = told
    // The numbers of another session's runs mean other runs.
    if (session !== told.session)
      runs.clear()
    session = told.session
    ahead = now === undefined ? 0 : Date.now() - now
    state.change.value = { state: 'none', steps: [] }
    if (told.build && own.build && told.build !== own.build)
      own.onChanged?.()
    state.mode.value = mode
    state.runners.value = runners as RunnerState[]
  }

  function refuse({ code, message, hint, params, step }: Extract<ServerMessage, { type: 'error' }>): void {
    const error: ErrorInfo = { code: code as ErrorInfo['code'], message, hint, ...params && { params } }
    if (code === 'step-changed')
      own.onChanged?.()
    if (step)
      return void state.errors.set(step, error)
    state.refused.value = error
    logs.fail(message)
  }

  function take(message: ServerMessage): void {
    switch (message.type) {
      case 'session': return greet(message)
      case 'snapshot': return runs.takeSnapshot(message, ahead)
      case 'event': return runs.takeEvent(message)
      case 'forgotten': return message.runs.forEach(runs.forget)
      case 'log': return logs.answer(message.run, message.cast, message.events)
      case 'error': return refuse(message)
      case 'change': return void (state.change.value = message)
      case 'pace': {
        const { slide, clicks, over, enlarged: part, spent } = message
        state.enlarged.value = part ? { slide, part } : undefined
        return void (state.pace.value = { slide, clicks, over, spent, at: performance.now() })
      }
      case 'windows': return windows.take(message)
      case 'remote': {
        const { state: served, urls, viewers } = message
        return void (state.remote.value = { state: served, urls, viewers })
      }
    }
  }
  return { take, session: () => session }
}

/** What a window asks of the service. */
function createCommands({ state, logs }: Parts, { send }: Connection, hashOf: SocketOptions['hashOf']): Commands {
  const numberOf = (stepId: string): number | undefined => state.runs.get(stepId)?.info.value.n
  return {
    start(stepId, { replay = false, after } = {}) {
      state.errors.delete(stepId)
      send({ type: 'run', step: stepId, replay, after, hash: hashOf?.(stepId) })
    },
    setMode(mode) {
      state.refused.value = undefined
      send({ type: 'mode', mode })
    },
    reset(steps) {
      state.refused.value = undefined
      send({ type: 'reset', steps })
    },
    cancel(stepId) {
      const n = numberOf(stepId)
      if (n)
        send({ type: 'cancel', run: n })
    },
    back: step => send({ type: 'back', step }),
    takeChange: () => send({ type: 'take' }),
    input(stepId, data) {
      const n = numberOf(stepId)
      if (!n)
        return
      for (let from = 0; from < data.length; from += LONGEST_INPUT)
        send({ type: 'input', run: n, data: data.slice(from, from + LONGEST_INPUT) })
    },
    resize(stepId, cols, rows) {
      const n = numberOf(stepId)
      if (n)
        send({ type: 'resize', run: n, cols, rows })
    },
    log(stepId) {
      const n = numberOf(stepId)
      if (!n)
        return Promise.reject(new Error('no run of this step'))
      const log = logs.ask(n)
      send({ type: 'log', run: n })
      return log
    },
  }
}
