import type { LogEvent, Payload } from '../../protocol/event.ts'
import type { RunState } from '../../protocol/fold.ts'
import type { Screen } from '../../protocol/screen.ts'
import { appendFileSync, createReadStream, existsSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { emptyRun, foldEvent } from '../../protocol/fold.ts'
import { MOST_MARKERS } from '../../protocol/marker.ts'
import { createScreen } from '../../protocol/screen.ts'
import { createListeners } from '../listeners.ts'
import { createSanitizer } from './sanitize.ts'

/** Characters of a log that stay in memory; older events lie in the spool file. */
const MEMORY = 4 * 1024 * 1024
/** Output that may wait for the headless terminal before the source is asked to pause. */
const BACKLOG = 1024 * 1024
/** Output that conditions can look back on. */
const TEXT_TAIL = 1024 * 1024

/** The append-only log of one run, with its folded state and its screen. */
export interface RunLog {
  readonly state: RunState
  readonly screen: Screen
  /**
   * Adds an event and returns it as it was kept; output is made harmless first, and markers in it become events before
   * it.
   */
  append: (payload: Payload) => LogEvent
  /** Events from `seq` on, or undefined where they have left the memory. */
  from: (seq: number) => LogEvent[] | undefined
  /** The whole log, from its first event. */
  all: () => AsyncIterable<LogEvent>
  /** Calls back after each event until the returned function is called. */
  subscribe: (listener: (event: LogEvent) => void) => () => void
  /** The last mebibyte of output, escape sequences included. */
  text: () => string
  /** When the last output came, in ms since the run began. */
  readonly lastOutputAt: number
  /** When output or a changed object came last, in ms since the run began. */
  readonly lastChangeAt: number
  /** Bytes of output received, before anything was stripped. */
  readonly received: number
  /** A promise to wait for while readers are behind; undefined when they are not. */
  drained: () => Promise<void> | undefined
  /** Milliseconds since the run began. */
  now: () => number
  dispose: () => void
}

export interface RunLogOptions {
  cols: number
  rows: number
  /** Where events go that leave the memory; removed by `dispose`. */
  spool: string
  /** The terminal's own answers to queries of the program. */
  onReply?: (data: string) => void
  /** Monotonic clock in ms. @default performance.now */
  clock?: () => number
}

/** An empty log; its clock starts now. */
export function createLog({ cols, rows, spool, onReply, clock = () => performance.now() }: RunLogOptions): RunLog {
  const began = clock()
  const now = (): number => Math.round((clock() - began) * 10) / 10
  const state: RunState = { ...emptyRun(), cols, rows }
  const screen = createScreen({ cols, rows, onReply })
  const listeners = createListeners<[LogEvent]>()
  const sanitize = createSanitizer((before, label) => {
    if (before)
      keep({ type: 'output', data: before })
    if (state.markers.length < MOST_MARKERS)
      keep({ type: 'marker', label })
  })
  const memory = createMemory(spool)
  const tail = createTail()
  let backlog = 0
  let drain: Promise<void> | undefined
  let lastOutputAt = 0
  let lastChangeAt = 0
  let received = 0
  /** A marker is a moment of its own: what comes in the same millisecond is not in its picture. */
  let earliest = 0

  function keepOutput(data: string, seq: number): void {
    screen.write(data, seq)
    backlog += data.length
    if (backlog > BACKLOG) {
      drain ??= screen.settled().then(() => {
        backlog = 0
        drain = undefined
      })
    }
    tail.add(data)
  }

  function keep(payload: Payload): LogEvent {
    const event: LogEvent = { ...payload, seq: state.seq + 1, at: Math.max(now(), earliest) }
    foldEvent(state, event)
    if (event.type === 'output') {
      lastOutputAt = event.at
      keepOutput(event.data, event.seq)
    }
    if (event.type === 'resize')
      screen.resize(event.cols, event.rows)
    if (event.type === 'marker')
      earliest = event.at + 1
    if (event.type === 'output' || event.type === 'resource')
      lastChangeAt = event.at
    memory.add(event)
    listeners.tell(event)
    return event
  }

  return {
    state,
    screen,
    append(payload) {
      if (payload.type !== 'output')
        return keep(payload)
      received += Buffer.byteLength(payload.data)
      const { seq } = state
      const data = sanitize(payload.data)
      // Where there were only markers, the last of them is what was kept.
      return data || state.seq === seq ? keep({ type: 'output', data }) : memory.from(state.seq)![0]!
    },
    from: memory.from,
    all: memory.all,
    subscribe: listeners.subscribe,
    text: tail.text,
    get lastOutputAt() { return lastOutputAt },
    get lastChangeAt() { return lastChangeAt },
    get received() { return received },
    drained: () => drain,
    now,
    dispose() {
      listeners.clear()
      screen.dispose()
      rmSync(spool, { force: true })
    },
  }
}

/** Events of which the latest are in memory, and the others in the file `spool`. */
function createMemory(spool: string): Pick<RunLog, 'from' | 'all'> & { add: (event: LogEvent) => void } {
  let entries: LogEvent[] = []
  /** Of the output in memory, in characters. */
  let size = 0
  let last = 0

  function spill(): void {
    const half = entries.length >> 1
    appendFileSync(spool, entries.slice(0, half).map(event => `${JSON.stringify(event)}\n`).join(''))
    entries = entries.slice(half)
    size = entries.reduce((sum, event) => sum + lengthOf(event), 0)
  }

  return {
    add(event) {
      entries.push(event)
      last = event.seq
      size += lengthOf(event)
      if (size > MEMORY && entries.length > 1)
        spill()
    },
    from(seq) {
      const first = entries[0]?.seq ?? last + 1
      return seq < first ? undefined : entries.slice(seq - first)
    },
    async* all() {
      if (existsSync(spool)) {
        for await (const line of createInterface({ input: createReadStream(spool) }))
          yield JSON.parse(line) as LogEvent
      }
      yield* entries.slice()
    },
  }
}

function lengthOf(event: LogEvent): number {
  return event.type === 'output' ? event.data.length : 0
}

/** The end of a text that comes in pieces. */
function createTail(): { add: (data: string) => void, text: () => string } {
  let pieces: string[] = []
  let size = 0
  return {
    add(data) {
      pieces.push(data)
      size += data.length
      if (size > 2 * TEXT_TAIL) {
        pieces = [pieces.join('').slice(-TEXT_TAIL)]
        size = TEXT_TAIL
      }
    },
    text: () => pieces.join(''),
  }
}
