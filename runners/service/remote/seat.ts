import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Mirror, Packet } from './mirror.ts'

/** A socket for which more than this waits is slow, in bytes; below the second it is so no longer. */
const SLOW = { from: 256 * 1024, until: 16 * 1024 }

/** The runs as they are told, by their numbers. */
export type Mirrors = ReadonlyMap<number, Mirror>

/** A remote viewer. */
export interface Seat {
  socket: WebSocket
  /** What `socket` writes to. */
  stream: Duplex
  /** What it has of each run; undefined while it gets all that comes. */
  have: Map<number, number> | undefined
  /** Whether what it lacks is being put together. */
  catching: boolean
  /** Whether it answered the last beat. */
  answered: boolean
}

export function isOpen({ socket }: Seat): boolean {
  return socket.readyState === socket.OPEN
}

export function sendTo({ socket }: Seat, { data, binary }: Packet): void {
  socket.send(data, { binary })
}

/** The last event of each run: what a viewer has that is up to date. */
export function placesOf(mirrors: Mirrors): Map<number, number> {
  return new Map([...mirrors].map(([n, { seq }]) => [n, seq]))
}

/**
 * Sends what was added to run `n`, of which a viewer had what came `before`, if anything. Who is slow catches up later.
 */
export function passOn(seat: Seat, mirrors: Mirrors, n: number, packets: Packet[], before: number | undefined): void {
  let last = before
  for (let i = 0; i < packets.length && !seat.have && isOpen(seat); i++) {
    if (seat.socket.bufferedAmount > SLOW.from) {
      seat.have = placesOf(mirrors)
      if (last === undefined)
        seat.have.delete(n)
      else
        seat.have.set(n, last)
    }
    else {
      sendTo(seat, packets[i]!)
      last = packets[i]!.seq
    }
  }
}

/** Brings a viewer to where all are: by what it lacks, or by a snapshot where that is too much. */
export async function catchUp(seat: Seat, mirrors: Mirrors): Promise<void> {
  if (seat.catching || !seat.have || seat.socket.bufferedAmount > SLOW.until)
    return
  seat.catching = true
  const { have } = seat
  const told = new Set<Mirror>()
  const lacks = ([n, mirror]: [number, Mirror]): boolean => !have.has(n) || !mirror.since(have.get(n)!)
  const next = (): [number, Mirror] | undefined => [...mirrors].find(entry => !told.has(entry[1]) && lacks(entry))
  for (let lack = next(); lack && isOpen(seat); lack = next()) {
    const [n, mirror] = lack
    const packet = await mirror.snapshot()
    if (mirrors.get(n) !== mirror)
      continue
    sendTo(seat, packet)
    have.set(n, packet.seq)
    told.add(mirror)
  }
  seat.catching = false
  // Where again too much has come meanwhile, the next look goes on.
  if (!isOpen(seat) || [...mirrors].some(lacks))
    return
  for (const [n, mirror] of mirrors)
    mirror.since(have.get(n)!)!.forEach(packet => sendTo(seat, packet))
  seat.have = undefined
}

/** Lets go whoever did not answer the last beat, and sends the next to the others. */
export function beat(seats: Iterable<Seat>): void {
  for (const seat of seats) {
    if (!seat.answered) {
      seat.socket.terminate()
      continue
    }
    seat.answered = false
    seat.socket.ping()
  }
}
