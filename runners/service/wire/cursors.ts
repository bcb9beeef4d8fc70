import type { WebSocket } from 'ws'
import type { LogEvent } from '../../protocol/event.ts'
import type { ServerMessage } from '../../protocol/wire.ts'
import type { Run } from '../run/types.ts'
import { CREDIT, encodeFrame } from '../../protocol/wire.ts'

/** The longest binary frame, in characters of output. */
const FRAME = 32 * 1024

export type Send = (message: ServerMessage) => void

/** Where a tab stands in each log; it is sent what it lacks as far as its credit goes, and never makes a run wait. */
export interface Cursors {
  /** Reads a run from now on: behind event `have`, or from a snapshot. */
  follow: (run: Run, have?: number) => void
  forget: (runs: Iterable<number>) => void
  /** Gives back the credit of so many bytes. */
  ack: (bytes: number) => void
  /** Sends soon what came meanwhile. */
  schedule: () => void
}

interface Cursor { run: Run, seq: number, snapshotting: boolean }

/** Follows no run yet. */
export function createCursors(socket: Pick<WebSocket, 'send' | 'readyState' | 'OPEN'>, send: Send): Cursors {
  const cursors = new Map<number, Cursor>()
  let unacked = 0
  let scheduled = false

  const maySend = (): boolean => unacked < CREDIT && socket.readyState === socket.OPEN

  function schedule(): void {
    if (scheduled)
      return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      for (const cursor of cursors.values())
        sendWhatCame(cursor)
    })
  }

  function sendWhatCame(cursor: Cursor): void {
    while (!cursor.snapshotting && maySend()) {
      const events = cursor.run.log.from(cursor.seq + 1)
      if (!events)
        return void sendSnapshot(cursor)
      if (!events.length)
        return
      sendEvents(cursor, events)
    }
  }

  /** Sends from `events` what the credit allows. */
  function sendEvents(cursor: Cursor, events: LogEvent[]): void {
    for (let i = 0; i < events.length && maySend();) {
      const { frame, message, count, seq } = pieceAt(cursor.run.info.n, events, i)
      if (frame) {
        socket.send(frame)
        unacked += frame.byteLength
      }
      else {
        send(message)
      }
      cursor.seq = seq
      i += count
    }
  }

  async function sendSnapshot(cursor: Cursor): Promise<void> {
    const { info, log } = cursor.run
    cursor.snapshotting = true
    const { ansi, seq } = await log.screen.snapshot()
    if (cursors.get(info.n) !== cursor)
      return
    send({ type: 'snapshot', run: info, state: structuredClone(log.state), screen: ansi, screenSeq: seq })
    cursor.seq = seq
    cursor.snapshotting = false
    schedule()
  }

  return {
    follow(run, have) {
      const { n } = run.info
      if (cursors.has(n))
        return
      const cursor: Cursor = { run, seq: have ?? 0, snapshotting: false }
      cursors.set(n, cursor)
      if (have === undefined || have > run.log.state.seq)
        void sendSnapshot(cursor)
    },
    forget(runs) {
      for (const n of runs)
        cursors.delete(n)
    },
    ack(bytes) {
      unacked = Math.max(0, unacked - bytes)
      schedule()
    },
    schedule,
  }
}

/** So many events of a log, of which `seq` is the last, as they go to a tab. */
type Piece = { count: number, seq: number }
  & ({ frame: Uint8Array, message?: undefined } | { frame?: undefined, message: ServerMessage })

/** The event at `from`; output that lies together goes as one. */
function pieceAt(run: number, events: LogEvent[], from: number): Piece {
  const { seq, at, ...payload } = events[from]!
  if (payload.type !== 'output')
    return { message: { type: 'event', run, seq, at, payload }, count: 1, seq }
  let data = ''
  let last = events[from]!
  let to = from
  for (; to < events.length && data.length < FRAME; to++) {
    const next = events[to]!
    if (next.type !== 'output')
      break
    data += next.data
    last = next
  }
  return { frame: encodeFrame(run, last.seq, last.at, data), count: to - from, seq: last.seq }
}
