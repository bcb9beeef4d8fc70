import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { ClientMessage } from '../../protocol/wire.ts'
import type { Feed } from './message.ts'
import type { Seat } from './seat.ts'
import { Buffer } from 'node:buffer'
import { clientMessageSchema } from '../../protocol/wire.ts'
import { beat, catchUp, isOpen, sendTo } from './seat.ts'
import { createTold } from './told.ts'

/** A browser that does not say hello in this time is let go, in ms. */
const HELLO_TIMEOUT = 5000
/** Between two looks at who has to catch up, in ms. */
const LOOK = 50
/** Between two beats, in ms: who does not answer until the next is gone, and who hears none knows it too. */
const BEAT = 15_000

type Hello = Extract<ClientMessage, { type: 'hello' }>

/** All remote viewers: they are told the same, and may tell nothing but where they left off. */
export interface Audience {
  take: (messages: Feed[]) => void
  join: (socket: WebSocket, stream: Duplex) => void
  readonly count: number
  close: () => void
}

/** An audience without viewers; `onCount` is called when one comes or goes. */
export function createAudience(onCount: (count: number) => void): Audience {
  const seats = new Set<Seat>()
  const told = createTold(seats)
  const { mirrors } = told

  function greet(seat: Seat, hello: Hello): void {
    seats.add(seat)
    onCount(seats.size)
    const known = hello.session === told.session ? Object.entries(hello.have) : []
    seat.have = new Map(known.map(([n, seq]) => [Number(n), seq]))
    told.welcome().forEach(packet => sendTo(seat, packet))
    void catchUp(seat, mirrors)
  }

  const looking = setInterval(() => seats.forEach(seat => void catchUp(seat, mirrors)), LOOK)
  const beating = setInterval(() => {
    beat(seats)
    for (const packet of told.greeting())
      seats.forEach(seat => isOpen(seat) && sendTo(seat, packet))
  }, BEAT)

  return {
    get count() { return seats.size },
    take(messages) {
      // All of it in one write a socket: with hundreds of them, writes are what costs.
      seats.forEach(({ stream }) => stream.cork())
      messages.forEach(told.take)
      seats.forEach(({ stream }) => stream.uncork())
    },
    join(socket, stream) {
      const seat: Seat = { socket, stream, have: new Map(), catching: false, answered: true }
      takeHello(socket, hello => greet(seat, hello))
      socket.on('pong', () => void (seat.answered = true))
      socket.on('error', () => socket.terminate())
      socket.on('close', () => {
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

/** Waits for the one message that is understood here; closes the socket at any other, and where none comes in time. */
function takeHello(socket: WebSocket, greet: (hello: Hello) => void): void {
  const timer = setTimeout(() => socket.close(1008, 'no hello'), HELLO_TIMEOUT)
  socket.once('message', (data, binary) => {
    clearTimeout(timer)
    // Nothing else is understood here, not even to be refused.
    socket.once('message', () => socket.close(1008, 'read only'))
    const hello = binary ? undefined : parseHello(data as Buffer)
    if (hello)
      greet(hello)
    else
      socket.close(1008, 'read only')
  })
  socket.on('close', () => clearTimeout(timer))
}

function parseHello(data: Buffer): Hello | undefined {
  try {
    const { success, data: message } = clientMessageSchema.safeParse(JSON.parse(Buffer.from(data).toString()))
    return success && message.type === 'hello' ? message : undefined
  }
  catch {
    return undefined
  }
}
