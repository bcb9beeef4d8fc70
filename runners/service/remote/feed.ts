import type { LogEvent } from '../../protocol/event.ts'
import type { Run } from '../run.ts'
import type { Session } from '../session.ts'
import type { Feed } from './message.ts'
import type { Unnamer } from './names.ts'
import { ownIdentity } from '../redact-recording.ts'
import { createUnnamer } from './names.ts'

/** How long events are gathered before they are told, in ms. */
const TICK = 20
/** The longest output that goes as one event, in characters. */
const PIECE = 32 * 1024

interface Cursor {
  run: Run
  /** The last event that was told. */
  seq: number
  /** The last event of output that waits for what follows; 0 for none. */
  held: number
}

export interface FeedOptions {
  session: Session
  /** Passes messages on; what follows is gathered until `done` is called. */
  send: (messages: Feed[], done: () => void) => void
  /** @default the presenter's names */
  unnamer?: Unnamer
}

/**
 * Reads the logs for the process of the remote viewers: a batch a tick, never a second one while the first is under
 * way. What a `{terminal}` step shows is left out unless it has the option `remote`. Returns what ends it.
 */
export function createFeed({ session, send, unnamer = createUnnamer(ownIdentity()) }: FeedOptions): () => void {
  const cursors = new Map<number, Cursor>()
  const dirty = new Set<number>()
  let greeting = true
  let moved = true
  let sending = false
  let closed = false
  let timer: NodeJS.Timeout | undefined

  function schedule(): void {
    if (!timer && !sending && !closed)
      timer = setTimeout(() => void flush(), TICK)
  }

  async function flush(): Promise<void> {
    sending = true
    timer = undefined
    const messages: Feed[] = []
    if (greeting) {
      greeting = false
      messages.push({ type: 'session', session: session.id, deck: session.deck.name, mode: session.mode })
      for (const n of session.forgotten)
        cursors.delete(n)
      if (session.forgotten.size)
        messages.push({ type: 'forgotten', runs: [...session.forgotten] })
    }
    if (moved && session.pace.slide)
      messages.push({ type: 'place', slide: session.pace.slide, clicks: session.pace.clicks, over: session.pace.over })
    moved = false
    for (const n of [...dirty]) {
      dirty.delete(n)
      const cursor = cursors.get(n)
      if (cursor)
        messages.push(...await read(cursor))
    }
    const done = (): void => {
      sending = false
      if (dirty.size || greeting || moved)
        schedule()
    }
    if (messages.length && !closed)
      send(messages, done)
    else
      done()
  }

  async function read(cursor: Cursor): Promise<Feed[]> {
    const { run } = cursor
    const events = run.log.from(cursor.seq + 1)
    if (!events)
      return [await snapshotOf(cursor)]
    const told = gather(cursor, events)
    return told.length ? [{ type: 'events', run: unnamer.value(run.info), events: told }] : []
  }

  async function snapshotOf(cursor: Cursor): Promise<Feed> {
    const { run } = cursor
    const { ansi, seq } = await run.log.screen.snapshot()
    cursor.seq = seq
    dirty.add(run.info.n)
    return { type: 'snapshot', run: unnamer.value(run.info), state: unnamer.value(run.log.state), screen: isShown(run) ? unnamer.text(ansi) : '', screenSeq: seq }
  }

  function gather(cursor: Cursor, events: LogEvent[]): LogEvent[] {
    const told: LogEvent[] = []
    const shown = isShown(cursor.run)
    for (let i = 0; i < events.length;) {
      const event = events[i]!
      if (event.type !== 'output') {
        if (shown || event.type !== 'resize')
          told.push(unnamer.value(event))
        cursor.seq = event.seq
        i++
        continue
      }
      const pieces: string[] = []
      let size = 0
      for (let next = events[i]; next?.type === 'output' && size < PIECE; next = events[i + pieces.length]) {
        pieces.push(next.data)
        size += next.data.length
      }
      const isLast = i + pieces.length === events.length
      const count = isLast || size >= PIECE ? countOf(cursor, pieces, events[i + pieces.length - 1]!.seq, isLast) : pieces.length
      if (count) {
        const { seq, at } = events[i + count - 1]!
        if (shown)
          told.push({ type: 'output', data: unnamer.text(pieces.slice(0, count).join('')), seq, at })
        cursor.seq = seq
        i += count
      }
      if (isLast && count < pieces.length) {
        dirty.add(cursor.run.info.n)
        break
      }
    }
    return told
  }

  /** How many pieces of output can be told: what may be the start of a name waits for what follows, one tick long where that may still come. */
  function countOf(cursor: Cursor, pieces: string[], end: number, mayGoOn: boolean): number {
    const count = cursor.held === end ? pieces.length : unnamer.complete(pieces)
    cursor.held = mayGoOn && count < pieces.length ? end : 0
    return mayGoOn ? count : count || pieces.length
  }

  const follow = (run: Run): void => {
    const { n } = run.info
    if (session.forgotten.has(n))
      return
    if (!cursors.has(n))
      cursors.set(n, { run, seq: 0, held: 0 })
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

/** Whether remote viewers see the terminal of a run. */
function isShown({ step }: Run): boolean {
  return step.verb !== 'terminal' || step.remote
}
