import type { ErrorInfo } from '../../runners/protocol/error.ts'
import type { LogEvent } from '../../runners/protocol/event.ts'
import type { Recording } from '../../runners/protocol/recording.ts'
import type { ClientMessage, RunnerState, ServerMessage } from '../../runners/protocol/wire.ts'
import type { ClientRun, Schedule } from './clientRun.ts'
import type { SessionClient } from './sessionClient.ts'
import { parseRecording } from '../../runners/protocol/parse-recording.ts'
import { decodeFrame, serverMessageSchema } from '../../runners/protocol/wire.ts'
import { createClientRun } from './clientRun.ts'
import { createSessionState } from './sessionClient.ts'

/** Characters of one message; a longer paste goes in several. */
const LONGEST_INPUT = 8 * 1024
const BACKOFF = { first: 250, longest: 5000 }
/** A service that is only read tells every 15 s that it is there; after this time without a word it is not, in ms. */
const SILENCE = 40_000

export interface SocketOptions {
  url: string
  protocols: string[]
  /** Called when the socket closes before it ever opened: return false to give up. */
  onRefused?: () => Promise<boolean>
  onOpen?: () => void
  /** Tells the service nothing but where it left off. @default false */
  readOnly?: boolean
  schedule?: Schedule
}

/** A reader of the service's logs over its WebSocket; takes every event exactly once, and comes back after a break. */
export function createSocketSession({ url, protocols, onRefused, onOpen, readOnly = false, schedule }: SocketOptions): SessionClient {
  const state = createSessionState('connecting')
  const byNumber = new Map<number, ClientRun>()
  const logs = new Map<number, { resolve: (recording: Recording) => void, reject: (error: Error) => void }>()
  let socket: WebSocket
  let session: string | undefined
  let delay = BACKOFF.first
  let timer: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let closed = false
  let shown: { no: number, clicks: number, over?: string } | undefined
  /** How far this window's clock is ahead of the service's, in ms. */
  let ahead = 0

  const send = (message: ClientMessage): void => {
    if (socket.readyState === WebSocket.OPEN && (!readOnly || message.type === 'hello'))
      socket.send(JSON.stringify(message))
  }

  function forgetRuns(): void {
    for (const run of byNumber.values())
      run.dispose()
    byNumber.clear()
    state.runs.clear()
    state.allRuns.length = 0
  }

  function takeSnapshot({ run: told, state: folded, screen, screenSeq }: Extract<ServerMessage, { type: 'snapshot' }>): void {
    const info = { ...told, startedAt: told.startedAt + ahead }
    let run = byNumber.get(info.n)
    if (!run) {
      run = createClientRun(info, schedule)
      byNumber.set(info.n, run)
      state.allRuns.push(run)
      state.errors.delete(info.step)
    }
    run.info.value = info
    run.reset(folded, screen, screenSeq)
    if ((state.runs.get(info.step)?.info.value.n ?? 0) <= info.n)
      state.runs.set(info.step, run)
  }

  function forget(n: number): void {
    const run = byNumber.get(n)
    if (!run)
      return
    const { step } = run.info.value
    byNumber.delete(n)
    state.allRuns.splice(state.allRuns.indexOf(run), 1)
    if (state.runs.get(step) === run)
      state.runs.delete(step)
    state.errors.delete(step)
    run.dispose()
  }

  function takeMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'session':
        if (session !== message.session)
          forgetRuns()
        session = message.session
        ahead = message.now === undefined ? 0 : Date.now() - message.now
        state.drift.value = []
        state.mode.value = message.mode
        state.runners.value = message.runners as RunnerState[]
        return
      case 'snapshot':
        return takeSnapshot(message)
      case 'event':
        return byNumber.get(message.run)?.apply({ ...message.payload, seq: message.seq, at: message.at } as LogEvent)
      case 'drift':
        return void (state.drift.value = message.steps)
      case 'pace':
        return void (state.pace.value = { slide: message.slide, clicks: message.clicks, over: message.over, spent: message.spent, at: performance.now() })
      case 'remote':
        return void (state.remote.value = { state: message.state, urls: message.urls, viewers: message.viewers })
      case 'forgotten':
        return message.runs.forEach(forget)
      case 'log':
        logs.get(message.run)?.resolve(parseRecording(message.cast, message.events))
        return void logs.delete(message.run)
      case 'error': {
        const { code, message: text, hint, params, step } = message
        const error: ErrorInfo = { code: code as ErrorInfo['code'], message: text, hint, ...params && { params } }
        if (step)
          return void state.errors.set(step, error)
        state.refused.value = error
        return failLogs(text)
      }
    }
  }

  function failLogs(reason: string): void {
    for (const { reject } of logs.values())
      reject(new Error(reason))
    logs.clear()
  }

  async function takeFrame(buffer: ArrayBuffer): Promise<void> {
    const { run, seq, at, data } = decodeFrame(buffer)
    const from = socket
    await byNumber.get(run)?.draw(data, seq, at)
    if (from === socket)
      send({ type: 'ack', bytes: buffer.byteLength })
  }

  function connect(): void {
    let opened = false
    socket = new WebSocket(url, protocols)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      opened = true
      delay = BACKOFF.first
      state.status.value = 'open'
      const have = Object.fromEntries([...byNumber].map(([n, run]) => [n, run.seq]))
      send({ type: 'hello', session, have })
      if (shown)
        send({ type: 'slide', ...shown })
      onOpen?.()
    }
    const opening = socket
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      clearTimeout(silence)
      if (readOnly)
        silence = setTimeout(() => opening.close(), SILENCE)
      if (typeof data !== 'string')
        return void takeFrame(data)
      takeMessage(serverMessageSchema.parse(JSON.parse(data)))
    }
    socket.onclose = async () => {
      if (closed)
        return
      failLogs('the connection was lost')
      clearTimeout(silence)
      state.status.value = 'lost'
      if (!opened && onRefused && !await onRefused())
        return
      timer = setTimeout(connect, delay)
      delay = Math.min(delay * 2, BACKOFF.longest)
    }
  }
  connect()

  const numberOf = (stepId: string): number | undefined => state.runs.get(stepId)?.info.value.n

  return {
    ...state,
    start(stepId, { replay = false, after } = {}) {
      state.errors.delete(stepId)
      send({ type: 'run', step: stepId, replay, after })
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
    show(no, clicks, over) {
      shown = { no, clicks, over }
      send({ type: 'slide', ...shown })
    },
    log(stepId) {
      const n = numberOf(stepId)
      if (!n)
        return Promise.reject(new Error('no run of this step'))
      return new Promise((resolve, reject) => {
        logs.set(n, { resolve, reject })
        send({ type: 'log', run: n })
      })
    },
    close() {
      closed = true
      clearTimeout(timer)
      clearTimeout(silence)
      socket.close()
      forgetRuns()
    },
  }
}
