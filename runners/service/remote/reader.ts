import type { LogEvent, PayloadOf } from '../../protocol/event.ts'
import type { Run } from '../run/types.ts'
import type { Feed } from './message.ts'
import type { Unnamer } from './names.ts'

/**
 * Output that is told as it came, in characters; in place of more, the screen as it stands is less, and shows the same.
 */
const MOST_OUTPUT = 4 * 1024
/** RIS of ECMA-48: what follows is drawn on a blank terminal. */
const BLANK = '\x1Bc'

/** What of a run is told at once. */
export interface Reading {
  message?: Feed
  /** Whether there is more already. */
  goesOn: boolean
  /** Whether the screen stands in place of output: it comes faster than anyone reads. */
  isScreen: boolean
}

/** Reads the log of one run as remote viewers may see it, each time from where it left off. */
export interface Reader { read: () => Promise<Reading> }

type OutputEvent = Extract<LogEvent, PayloadOf<'output'>>

const lengthOf = (events: LogEvent[]): number => events.reduce((sum, e) => sum + (isOutput(e) ? e.data.length : 0), 0)
const isOutput = (event: LogEvent): event is OutputEvent => event.type === 'output'

/** A reader at the start of a log; what a `{terminal}` step shows is left out unless it has the option `remote`. */
export function createReader(run: Run, unnamer: Unnamer): Reader {
  const { log } = run
  const shown = run.step.verb !== 'terminal' || run.step.remote
  /** The last event that was told. */
  let place = 0
  /** The last event of output that waits for what follows; 0 for none. */
  let held = 0
  /** Whether the last screen ended in what may be the start of a name: only a screen shows that as a whole. */
  let torn = false

  function isLittle(events: LogEvent[]): boolean {
    return !shown || lengthOf(events) <= (torn ? 0 : MOST_OUTPUT)
  }

  /** The events as they are told: output that lies together as one, with number and time of its last. */
  function tell(events: LogEvent[]): LogEvent[] {
    const told: LogEvent[] = []
    for (let i = 0; i < events.length;) {
      const event = events[i]!
      if (!isOutput(event)) {
        if (shown || (event.type !== 'resize' && event.type !== 'marker'))
          told.push(unnamer.value(event))
        place = event.seq
        i++
        continue
      }
      const pieces: OutputEvent[] = []
      for (let next: LogEvent | undefined = event; next && isOutput(next); next = events[++i])
        pieces.push(next)
      const count = i === events.length ? completeOf(pieces) : pieces.length
      if (count) {
        const { seq, at } = pieces[count - 1]!
        if (shown)
          told.push({ type: 'output', data: unnamer.text(pieces.slice(0, count).map(({ data }) => data).join('')), seq, at })
        place = seq
      }
    }
    return told
  }

  /** How many of these pieces can be told: what may be the start of a name waits one tick for what follows. */
  function completeOf(pieces: OutputEvent[]): number {
    const end = pieces.at(-1)!.seq
    const count = held === end ? pieces.length : unnamer.complete(pieces.map(({ data }) => data))
    held = count < pieces.length ? end : 0
    return count
  }

  const toldOf = (events: LogEvent[]): Feed | undefined =>
    events.length ? { type: 'events', run: unnamer.value(run.info), events } : undefined

  /** The run up to the last event that is drawn, with the screen in place of its output. */
  async function readScreen(): Promise<Feed> {
    const { ansi, seq } = await log.screen.snapshot(0)
    const screen = shown ? unnamer.text(ansi) : ''
    const events = log.from(place + 1)
    const drawn = events?.slice(0, seq - place) ?? log.from(seq)?.slice(0, 1) ?? []
    const pieces = drawn.filter(isOutput).map(({ data }) => data)
    torn = shown && unnamer.complete(pieces) < pieces.length
    held = 0
    place = seq
    if (!events)
      return { type: 'snapshot', run: unnamer.value(run.info), state: unnamer.value(shown ? log.state : { ...log.state, markers: [] }), screen, screenSeq: seq }
    const told = drawn.filter(event => !isOutput(event)).map(unnamer.value)
    const { at } = drawn.at(-1)!
    const rest = events.slice(drawn.length)
    return { type: 'events', run: unnamer.value(run.info), events: [...told, { type: 'output', data: BLANK + screen, seq, at }, ...isLittle(rest) ? tell(rest) : []] }
  }

  return {
    async read() {
      const events = log.from(place + 1)
      const isScreen = !events || !isLittle(events)
      const message = isScreen ? await readScreen() : toldOf(tell(events))
      return { message, goesOn: log.state.seq > place, isScreen }
    },
  }
}
