import type { LogEvent } from '../../protocol/event.ts'
import type { RunState } from '../../protocol/fold.ts'
import type { RunInfo, ServerMessage } from '../../protocol/wire.ts'
import type { Feed } from './message.ts'
import { Buffer } from 'node:buffer'
import { emptyRun, foldEvent } from '../../protocol/fold.ts'
import { createScreen } from '../../protocol/screen.ts'
import { encodeFrame } from '../../protocol/wire.ts'

/** How much of a log is kept for viewers that fall behind, in bytes; who is farther behind gets a snapshot. */
const TAIL = 256 * 1024
/**
 * Output that a viewer gets as it came, in bytes; in place of more, the screen as it stands is less, and shows the
 * same.
 */
const MOST_OUTPUT = 4 * 1024

/** A message as it goes to all sockets alike; `seq` is the last event in it. */
export interface Packet { data: Buffer, binary: boolean, seq: number }

/** A run as the process of the remote viewers knows it. */
export interface Mirror {
  /** The last event that was taken in. */
  readonly seq: number
  /** Folds events and returns what viewers that were up to date get of them. */
  take: (info: RunInfo, events: LogEvent[]) => Packet[]
  /** What a viewer that has everything up to `seq` lacks; undefined where it needs a snapshot. */
  since: (seq: number) => Packet[] | undefined
  /** The run as it stands, made once for all that ask for it at about the same time. */
  snapshot: () => Promise<Packet>
  dispose: () => void
}

/** How a run begins, for those who see it from its start. */
export function beginningOf(info: RunInfo): Packet {
  return pack({ type: 'snapshot', run: info, state: { ...emptyRun(), cols: info.cols, rows: info.rows }, screen: '', screenSeq: 0 }, 0)
}

/** A control message as it goes to all sockets alike. */
export function pack(message: ServerMessage, seq = 0): Packet {
  return { data: Buffer.from(JSON.stringify(message)), binary: false, seq }
}

/** A run from its start, or from where a snapshot shows it. */
export function createMirror(given: RunInfo, from?: Extract<Feed, { type: 'snapshot' }>): Mirror {
  let info = given
  const state: RunState = from?.state ?? { ...emptyRun(), cols: info.cols, rows: info.rows }
  const screen = createScreen({ cols: state.cols ?? info.cols, rows: state.rows ?? info.rows })
  if (from)
    screen.write(from.screen, from.screenSeq)
  let seq = from?.screenSeq ?? 0
  let tail: Packet[] = []
  let size = 0
  /** The event before the tail. */
  let base = seq
  let latest: { made: Promise<Packet>, seq: number } | undefined

  function encode(event: LogEvent): Packet {
    if (event.type === 'output') {
      const frame = encodeFrame(info.n, event.seq, event.at, event.data)
      return { data: Buffer.from(frame.buffer), binary: true, seq: event.seq }
    }
    const { seq, at, ...payload } = event
    return pack({ type: 'event', run: info.n, seq, at, payload }, seq)
  }

  function since(place: number): Packet[] | undefined {
    if (place === seq)
      return []
    const index = place === base ? -1 : tail.findIndex(packet => packet.seq === place)
    const lack = index < 0 && place !== base ? undefined : tail.slice(index + 1)
    return lack && !isTooMuch(lack) ? lack : undefined
  }

  async function make(): Promise<Packet> {
    // All of it is drawn by then, and perhaps more.
    const drawn = seq
    const { ansi, seq: last } = await screen.snapshot(0)
    const screenSeq = Math.max(drawn, last)
    return pack({ type: 'snapshot', run: info, state, screen: ansi, screenSeq }, screenSeq)
  }

  return {
    get seq() { return seq },
    take(next, events) {
      info = next
      const packets = events.map((event) => {
        // After a snapshot the state may be ahead of the screen.
        if (event.seq > state.seq)
          foldEvent(state, event)
        if (event.type === 'output')
          screen.write(event.data, event.seq)
        if (event.type === 'resize')
          screen.resize(event.cols, event.rows)
        return encode(event)
      })
      seq = packets.at(-1)?.seq ?? seq
      tail.push(...packets)
      size += packets.reduce((sum, packet) => sum + packet.data.length, 0)
      if (size > TAIL) {
        let drop = 0
        while (size > TAIL / 2)
          size -= tail[drop++]!.data.length
        base = tail[drop - 1]!.seq
        tail = tail.slice(drop)
      }
      return packets
    },
    since,
    snapshot() {
      if (!latest || !since(latest.seq))
        latest = { made: make(), seq }
      return latest!.made
    },
    dispose: () => screen.dispose(),
  }
}

/** Whether the screen as it stands is sent in place of these. */
function isTooMuch(packets: Packet[]): boolean {
  return packets.reduce((sum, { data, binary }) => sum + (binary ? data.length : 0), 0) > MOST_OUTPUT
}
