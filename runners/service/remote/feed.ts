import type { Run } from '../run/types.ts'
import type { Session } from '../session/session.ts'
import type { Feed } from './message.ts'
import type { Unnamer } from './names.ts'
import type { Reader } from './reader.ts'
import { ownIdentity } from '../run/redact-recording.ts'
import { createUnnamer } from './names.ts'
import { createReader } from './reader.ts'

/** How long events are gathered before they are told, in ms; longer while there is more than anyone reads. */
const TICK = 20
const SCREEN_TICK = 100

export interface FeedOptions {
  session: Session
  /** Passes messages on; what follows is gathered until `done` is called. */
  send: (messages: Feed[], done: () => void) => void
  /** @default the presenter's names */
  unnamer?: Unnamer
}

/**
 * Reads the logs for the process of the remote viewers: a batch a tick, never a second one while the first is under
 * way, so that what waits for a slow process is one batch and the logs themselves. Returns what ends it.
 */
export function createFeed({ session, send, unnamer = createUnnamer(ownIdentity()) }: FeedOptions): () => void {
  const readers = new Map<number, Reader>()
  const dirty = new Set<number>()
  let greeting = true
  let moved = true
  let sending = false
  let closed = false
  let timer: NodeJS.Timeout | undefined

  function schedule(tick = TICK): void {
    if (!timer && !sending && !closed)
      timer = setTimeout(() => void flush(), tick)
  }

  function tellSession(): Feed[] {
    greeting = false
    for (const n of session.forgotten)
      readers.delete(n)
    return sessionFeed(session)
  }

  function tellPlace(): Feed[] {
    moved = false
    return placeFeed(session)
  }

  async function flush(): Promise<void> {
    sending = true
    timer = undefined
    let tick = TICK
    const messages: Feed[] = [...greeting ? tellSession() : [], ...moved ? tellPlace() : []]
    for (const n of [...dirty]) {
      dirty.delete(n)
      const reading = await readers.get(n)?.read()
      if (reading?.message)
        messages.push(reading.message)
      if (reading?.goesOn)
        dirty.add(n)
      if (reading?.isScreen)
        tick = SCREEN_TICK
    }
    const done = (): void => {
      sending = false
      if (dirty.size || greeting || moved)
        schedule(tick)
    }
    if (messages.length && !closed)
      send(messages, done)
    else
      done()
  }

  const follow = (run: Run): void => {
    const { n } = run.info
    if (session.forgotten.has(n))
      return
    if (!readers.has(n))
      readers.set(n, createReader(run, unnamer))
    dirty.add(n)
    schedule()
  }
  const ends = [
    session.subscribe(follow),
    session.onChange(() => {
      greeting = true
      schedule()
    }),
    session.pace.subscribe(() => {
      moved = true
      schedule()
    }),
  ]
  session.runs.forEach(follow)
  schedule()
  return () => {
    closed = true
    clearTimeout(timer)
    ends.forEach(end => end())
  }
}

function sessionFeed({ id, deck, mode, forgotten }: Session): Feed[] {
  return [
    { type: 'session', session: id, deck: deck.name, mode },
    ...forgotten.size ? [{ type: 'forgotten', runs: [...forgotten] } satisfies Feed] : [],
  ]
}

function placeFeed({ pace: { slide, clicks, over, enlarged } }: Session): Feed[] {
  return slide ? [{ type: 'place', slide, clicks, over, enlarged }] : []
}
