import type { Feed } from './message.ts'
import type { Mirror, Packet } from './mirror.ts'
import type { Mirrors, Seat } from './seat.ts'
import { beginningOf, createMirror, pack } from './mirror.ts'
import { catchUp, isOpen, passOn, placesOf, sendTo } from './seat.ts'

/** What all remote viewers are told of a talk. */
export interface Told {
  mirrors: Mirrors
  /** The session that is told of; undefined before the first message. */
  readonly session: string | undefined
  /** Takes a message in and tells it to every viewer. */
  take: (message: Feed) => void
  /** The session as it stands; nothing before the first message. */
  greeting: () => Packet[]
  /** Everything but the runs, for who comes now. */
  welcome: () => Packet[]
}

export function createTold(seats: ReadonlySet<Seat>): Told {
  const mirrors = new Map<number, Mirror>()
  const forgotten = new Set<number>()
  let session: Omit<Extract<Feed, { type: 'session' }>, 'type'> | undefined
  let place: Packet[] = []

  const tellAll = (packet: Packet): void => seats.forEach(seat => isOpen(seat) && sendTo(seat, packet))
  const greeting = (): Packet[] => session ? [pack({ type: 'session', ...session, runners: [], now: Date.now() })] : []

  function takeEvents({ run, events }: Extract<Feed, { type: 'events' }>): void {
    const known = mirrors.get(run.n)
    const before = known?.seq
    const mirror = known ?? createMirror(run)
    mirrors.set(run.n, mirror)
    const packets = mirror.take(run, events)
    for (const seat of seats)
      passOn(seat, mirrors, run.n, known ? packets : [beginningOf(run), ...packets], before)
  }

  function takeSnapshot(snapshot: Extract<Feed, { type: 'snapshot' }>): void {
    const { n } = snapshot.run
    mirrors.get(n)?.dispose()
    mirrors.set(n, createMirror(snapshot.run, snapshot))
    for (const seat of seats) {
      seat.have ??= placesOf(mirrors)
      // No place in the old log is one in the new.
      seat.have.delete(n)
      void catchUp(seat, mirrors)
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

  return {
    mirrors,
    get session() { return session?.session },
    take(message) {
      switch (message.type) {
        case 'session': {
          const { type: _, ...told } = message
          session = told
          return greeting().forEach(tellAll)
        }
        case 'place': {
          const { slide, clicks, over, enlarged } = message
          place = [pack({ type: 'pace', slide, clicks, over, enlarged, spent: {} })]
          return place.forEach(tellAll)
        }
        case 'forgotten':
          return forget(message.runs)
        case 'events':
          return takeEvents(message)
        case 'snapshot':
          return takeSnapshot(message)
      }
    },
    greeting,
    welcome: () => [
      ...greeting(),
      ...forgotten.size ? [pack({ type: 'forgotten', runs: [...forgotten] })] : [],
      ...place,
    ],
  }
}
