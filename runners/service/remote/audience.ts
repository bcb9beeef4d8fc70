import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Feed } from './message.ts'
import type { Mirror, Packet } from './mirror.ts'
import { Buffer } from 'node:buffer'
import { clientMessageSchema } from '../../protocol/wire.ts'
import { beginningOf, createMirror, pack } from './mirror.ts'

/** A browser that does not say hello in this time is let go, in ms. */
const HELLO_TIMEOUT = 5000
/** A socket for which more than this waits is slow, in bytes; below the second it is so no longer. */
const SLOW = { from: 256 * 1024, until: 16 * 1024 }
/** Between two looks at who has to catch up, in ms. */
const LOOK = 50
/** Between two beats, in ms: who does not answer until the next is gone, and who hears none knows it too. */
const BEAT = 15_000

interface Seat {
  socket: WebSocket
  /** What `socket` writes to. */
  stream: Duplex
  /** What it has of each run; undefined while it gets all that comes. */
  have: Map<number, number> | undefined
  /** Whether what it lacks is being put together. */
  catching: boolean
  answered: boolean
}

/** All remote viewers: they are told the same, and may tell nothing but where they left off. */
export interface Audience {
  take: (messages: Feed[]) => void
  join: (socket: WebSocket, stream: Duplex) => void
  readonly count: number
  close: () => void
}

/** An audience without viewers; `onCount` is called when one comes or goes. */
export function createAudience(onCount: (count: number) => void): Audience {
  const mirrors = new Map<number, Mirror>()
  const forgotten = new Set<number>()
  const seats = new Set<Seat>()
  let session: Omit<Extract<Feed, { type: 'session' }>, 'type'> | undefined
  let place: Packet | undefined

  const isOpen = ({ socket }: Seat): boolean => socket.readyState === socket.OPEN
  const sendTo = ({ socket }: Seat, { data, binary }: Packet): void => socket.send(data, { binary })
  const tellAll = (packet: Packet): void => seats.forEach(seat => isOpen(seat) && sendTo(seat, packet))
  const greeting = (): Packet => pack({ type: 'session', ...session!, runners: [], now: Date.now() })

  /** From now on a viewer, which has everything but what came after `last` of run `n`, has to catch up. */
  function hold(seat: Seat, n: number, last: number | undefined): void {
    seat.have = new Map([...mirrors].map(([m, { seq }]) => [m, seq]))
    if (last === undefined)
      seat.have.delete(n)
    else
      seat.have.set(n, last)
  }

  /** Sends what was added to run `n`, of which all had what came `before`, if anything; who is slow catches up later. */
  function spread(n: number, packets: Packet[], before: number | undefined): void {
    for (const seat of seats) {
      let last = before
      for (let i = 0; i < packets.length && !seat.have && isOpen(seat); i++) {
        if (seat.socket.bufferedAmount > SLOW.from) {
          hold(seat, n, last)
        }
        else {
          sendTo(seat, packets[i]!)
          last = packets[i]!.seq
        }
      }
    }
  }

  function takeEvents({ run, events }: Extract<Feed, { type: 'events' }>): void {
    const known = mirrors.get(run.n)
    const before = known?.seq
    const mirror = known ?? createMirror(run)
    mirrors.set(run.n, mirror)
    const packets = mirror.take(run, events)
    spread(run.n, known ? packets : [beginningOf(run), ...packets], before)
  }

  function takeSnapshot(snapshot: Extract<Feed, { type: 'snapshot' }>): void {
    const { n } = snapshot.run
    mirrors.get(n)?.dispose()
    mirrors.set(n, createMirror(snapshot.run, snapshot))
    for (const seat of seats) {
      seat.have ??= new Map([...mirrors].map(([m, { seq }]) => [m, seq]))
      // No place in the old log is one in the new.
      seat.have.delete(n)
      void catchUp(seat)
    }
  }

  function forget(runs: number[]): void {
    for (const n of runs) {
      mirrors.get(n)?.dispose()
      mirrors.delete(n)
      forgotten.add(n)
    }
    tellAll(pack({ type: 'forgotten', runs }))
  }

  function takeOne(message: Feed): void {
    switch (message.type) {
      case 'session': {
        const { type: _, ...told } = message
        session = told
        return tellAll(greeting())
      }
      case 'place':
        place = pack({ type: 'pace', slide: message.slide, clicks: message.clicks, over: message.over, spent: {} })
        return tellAll(place)
      case 'forgotten':
        return forget(message.runs)
      case 'events':
        return takeEvents(message)
      case 'snapshot':
        return takeSnapshot(message)
    }
  }

  /** Brings a viewer to where all are: by what it lacks, or by a snapshot where that is too much. */
  async function catchUp(seat: Seat): Promise<void> {
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

  function greet(seat: Seat, hello: { session?: string, have: Record<string, number> }): void {
    seats.add(seat)
    onCount(seats.size)
    const known = hello.session === session?.session ? Object.entries(hello.have) : []
    seat.have = new Map(known.map(([n, seq]) => [Number(n), seq]))
    if (session)
      sendTo(seat, greeting())
    if (forgotten.size)
      sendTo(seat, pack({ type: 'forgotten', runs: [...forgotten] }))
    if (place)
      sendTo(seat, place)
    void catchUp(seat)
  }

  const looking = setInterval(() => seats.forEach(seat => void catchUp(seat)), LOOK)
  const beating = setInterval(() => {
    for (const seat of seats) {
      if (!seat.answered) {
        seat.socket.terminate()
        continue
      }
      seat.answered = false
      seat.socket.ping()
    }
    if (session)
      tellAll(greeting())
  }, BEAT)

  return {
    get count() { return seats.size },
    take(messages) {
      // All of it in one write a socket: with hundreds of them, writes are what costs.
      seats.forEach(({ stream }) => stream.cork())
      messages.forEach(takeOne)
      seats.forEach(({ stream }) => stream.uncork())
    },
    join(socket, stream) {
      const seat: Seat = { socket, stream, have: new Map(), catching: false, answered: true }
      const timer = setTimeout(() => socket.close(1008, 'no hello'), HELLO_TIMEOUT)
      socket.once('message', (data, binary) => {
        clearTimeout(timer)
        // Nothing else is understood here, not even to be refused.
        socket.once('message', () => socket.close(1008, 'read only'))
        const hello = binary ? undefined : parseHello(data as Buffer)
        if (hello)
          greet(seat, hello)
        else
          socket.close(1008, 'read only')
      })
      socket.on('pong', () => void (seat.answered = true))
      socket.on('error', () => socket.terminate())
      socket.on('close', () => {
        clearTimeout(timer)
        if (seats.delete(seat))
          onCount(seats.size)
      })
    },
    close() {
      clearInterval(looking)
      clearInterval(beating)
      for (const { socket } of seats)
        socket.close(1001, 'the session ended')
      for (const mirror of mirrors.values())
        mirror.dispose()
    },
  }
}

function parseHello(data: Buffer): { session?: string, have: Record<string, number> } | undefined {
  try {
    const { success, data: message } = clientMessageSchema.safeParse(JSON.parse(Buffer.from(data).toString()))
    return success && message.type === 'hello' ? message : undefined
  }
  catch {
    return undefined
  }
}
