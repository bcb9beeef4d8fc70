import type { LogEvent, Payload } from './event.ts'
import type { Recording, Timed } from './recording.ts'
import { CODES, merge } from './recording.ts'

/**
 * The two files of a recording: an asciicast v3 with our header key `kamishibai`,
 * and what no terminal knows as lines `[at in ms, type, payload]`.
 */
export function formatRecording({ header, cols, rows, events }: Recording): { cast: string, events: string } {
  const castHeader = {
    version: 3,
    term: { cols, rows, type: 'xterm-256color' },
    timestamp: Math.floor(Date.parse(header.recordedAt) / 1000),
    title: header.step,
    kamishibai: header,
  }
  const cast = [JSON.stringify(castHeader)]
  const others: string[] = []
  let before = 0
  const write = (at: number, code: string, data: string): void => {
    // Intervals are whole milliseconds of the running sum, so that rounding never adds up.
    cast.push(`[${((at - before) / 1000).toFixed(3)}, ${JSON.stringify(code)}, ${JSON.stringify(data)}]`)
    before = at
  }
  for (const { at, payload } of joinOutput(inFileOrder(events))) {
    if (payload.type === 'output') {
      write(at, CODES.output, payload.data)
    }
    else if (payload.type === 'resize') {
      write(at, CODES.resize, `${payload.cols}x${payload.rows}`)
    }
    else if (payload.type === 'marker') {
      write(at, CODES.marker, payload.label)
    }
    else {
      const { type, ...rest } = payload
      if (payload.type === 'exit')
        write(at, CODES.exit, String(payload.code))
      others.push(JSON.stringify([at, type, rest]))
    }
  }
  return { cast: `${cast.join('\n')}\n`, events: others.map(line => `${line}\n`).join('') }
}

/** A log in whole milliseconds, and within one in the order in which the two files give it back. */
function inFileOrder(events: LogEvent[]): Timed[] {
  const terminal: Timed[] = []
  const others: Timed[] = []
  let now = 0
  for (const { seq: _, at, ...payload } of events) {
    now = Math.max(now, Math.round(at))
    const list = payload.type === 'output' || payload.type === 'resize' || payload.type === 'marker' ? terminal : others
    list.push({ at: now, payload })
  }
  return merge(terminal, others)
}

/**
 * Adjacent output of the same millisecond as one event, and no character cut in two:
 * asciinema refuses a file in which half of a surrogate pair stands alone.
 */
function joinOutput(events: Timed[]): Timed[] {
  const joined: { at: number, payload: Payload }[] = []
  const lastOutput = events.findLastIndex(event => event.payload.type === 'output')
  let half = ''
  events.forEach(({ at, payload }, index) => {
    if (payload.type !== 'output') {
      joined.push({ at, payload })
      return
    }
    let data = half + payload.data
    half = ''
    if (index < lastOutput && RE_HIGH_AT_END.test(data)) {
      half = data.slice(-1)
      data = data.slice(0, -1)
    }
    const last = joined.at(-1)
    if (last?.payload.type === 'output' && last.at === at)
      last.payload = { type: 'output', data: last.payload.data + data }
    else if (data || !payload.data)
      joined.push({ at, payload: { type: 'output', data } })
  })
  return joined.map(({ at, payload }) => ({ at, payload: payload.type === 'output' ? { ...payload, data: payload.data.toWellFormed() } : payload }))
}

const RE_HIGH_AT_END = /[\uD800-\uDBFF]$/
