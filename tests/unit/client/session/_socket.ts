import type { Socket } from '../../../../client/session/connection.ts'
import type { RunState } from '../../../../runners/protocol/fold.ts'
import type { ClientMessage, RunInfo } from '../../../../runners/protocol/wire.ts'
import { emptyRun } from '../../../../runners/protocol/fold.ts'
import { encodeFrame } from '../../../../runners/protocol/wire.ts'

/** A socket whose other end is the test. */
export interface FakeSocket extends Socket {
  sent: ClientMessage[]
  /** With what this end closed it. */
  closedWith: { code?: number, reason?: string } | undefined
  /** Opens, as the service accepts it. */
  accept: () => void
  tell: (message: object | string) => void
  frame: (run: number, seq: number, text: string) => void
  /** Closes, whoever wanted that. */
  drop: () => void
}

/** A socket that connects. */
export function createFakeSocket(): FakeSocket {
  const event = (init: object = {}): never => init as never
  const state: { readyState: WebSocket['readyState'] } = { readyState: WebSocket.CONNECTING }
  const socket: FakeSocket = {
    get readyState() { return state.readyState },
    binaryType: 'blob',
    onopen: null,
    onmessage: null,
    onclose: null,
    sent: [],
    closedWith: undefined,
    send: data => void socket.sent.push(JSON.parse(String(data))),
    close(code, reason) {
      state.readyState = WebSocket.CLOSING
      socket.closedWith = { code, reason }
    },
    accept() {
      state.readyState = WebSocket.OPEN
      socket.onopen?.call(event(), event())
    },
    tell: message => socket.onmessage?.call(event(), event({ data: typeof message === 'string' ? message : JSON.stringify(message) })),
    frame: (run, seq, text) => socket.onmessage?.call(event(), event({ data: encodeFrame(run, seq, 0, text).buffer })),
    drop() {
      state.readyState = WebSocket.CLOSED
      socket.onclose?.call(event(), event())
    },
  }
  return socket
}

/** The greeting of a session. */
export const greeting = (session: string): object => ({ type: 'session', session, deck: 'talk', mode: 'auto', runners: [] })

/** A run as the service tells it. */
export function snapshot(n: number, step: string, state: Partial<RunState> = {}): object {
  const run: RunInfo = { n, step, mode: 'live', startedAt: 0, cols: 20, rows: 4 }
  return { type: 'snapshot', run, state: { ...emptyRun(), phase: 'running', ...state }, screen: '', screenSeq: 0 }
}
