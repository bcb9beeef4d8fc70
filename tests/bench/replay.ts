import type { Row } from './_row.ts'
import { parseDeck } from '../../runners/deck/parse.ts'
import { formatRecording } from '../../runners/protocol/format-recording.ts'
import { parseRecording } from '../../runners/protocol/parse-recording.ts'
import { screenAt, screenText } from '../../runners/protocol/screen.ts'
import { play } from '../../runners/replay/play.ts'
import { createService } from '../../runners/service/service.ts'
import { readRecording } from '../../runners/service/store/recordings.ts'
import { median, ms } from './_row.ts'

const TIMES = 20
const MEGABYTES = 10
/** How long a recording is played for its drift, in ms, and the time of its events. */
const PLAYED = { ms: 5000, every: 20 }
const FRAME = 1000 / 60

/** A recording's first event after its start, and the jump to the end of a long one, its files parsed. */
export const replay: Row = {
  id: 'replay',
  what: 'replay',
  needs: [],
  async run() {
    const start = await startTimes()
    const drift = await driftTime()
    const jump = await jumpTime()
    return [
      { what: 'replay: from start to first event', budget: 100, value: start, unit: 'ms' },
      { what: `replay: drift after ${PLAYED.ms / 1000} s`, budget: FRAME, value: drift, unit: 'ms', ours: 'median of the last second' },
      { what: `replay: jump to the end of ${MEGABYTES} MB`, budget: 200, value: jump, unit: 'ms', ours: ms(jump) },
    ]
  },
}

async function startTimes(): Promise<number> {
  const deck = await parseDeck('slides/tour.md')
  const service = await createService({ deck, mode: 'replay', live: false })
  const times: number[] = []
  try {
    for (let n = 0; n < TIMES; n++) {
      const began = performance.now()
      const run = service.session.start('hello')
      await new Promise<void>(resolve => run.log.subscribe(() => resolve()))
      times.push(performance.now() - began)
      run.cancel('measured')
      await run.over
    }
  }
  finally {
    await service.close()
  }
  return median(times)
}

/** How late the events of the last second come: what is late once must not make the next ones later. */
async function driftTime(): Promise<number> {
  const events = Array.from({ length: PLAYED.ms / PLAYED.every }, (_, i) => ({ type: 'output' as const, data: '.', seq: i + 1, at: i * PLAYED.every }))
  const late: number[] = []
  await new Promise<void>((resolve) => {
    const began = performance.now()
    play(events, {
      emit({ at }) {
        late.push(performance.now() - began - at)
        if (late.length === events.length)
          resolve()
      },
    })
  })
  return median(late.slice(-1000 / PLAYED.every))
}

async function jumpTime(): Promise<number> {
  const sample = (await readRecording(await parseDeck('slides/tour.md'), 'hello'))!
  const line = `${'0123456789'.repeat(8)}\r\n`
  const chunk = line.repeat(100)
  const count = Math.ceil(MEGABYTES * 1024 * 1024 / chunk.length)
  const events = Array.from({ length: count }, (_, i) => ({ type: 'output' as const, data: chunk, seq: i + 1, at: i }))
  events.push({ type: 'output', data: 'the end', seq: count + 1, at: count })
  const files = formatRecording({ ...sample, cols: 80, rows: 24, events })
  const times: number[] = []
  for (let n = 0; n < 5; n++) {
    const began = performance.now()
    const lines = await screenAt(parseRecording(files.cast, files.events))
    times.push(performance.now() - began)
    if (!screenText(lines).endsWith('the end'))
      throw new Error('the jump did not reach the end')
  }
  return median(times)
}
