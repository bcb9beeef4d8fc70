import type { LogEvent, Payload } from '../../../runners/protocol/event.ts'
import type { RunContext } from '../../../runners/protocol/runner.ts'
import type { Clock } from '../../../runners/replay/play.ts'
import { describe, expect, it } from 'vitest'
import { foldRun } from '../../../runners/protocol/fold.ts'
import { formatRecording } from '../../../runners/protocol/format-recording.ts'
import { parseRecording } from '../../../runners/protocol/parse-recording.ts'
import { screenAt } from '../../../runners/protocol/screen.ts'
import { play } from '../../../runners/replay/play.ts'
import { createReplay } from '../../../runners/replay/runner.ts'
import { logOf, output, recordingOf } from '../../_recordings.ts'
import { step } from '../../_session.ts'

/** A clock that tests turn; every timer fires `late` ms after it was due. */
function fakeClock(late = 0): Clock & { advance: (ms: number) => void, timers: number } {
  let now = 1000
  const timers = new Set<{ at: number, callback: () => void }>()
  return {
    now: () => now,
    schedule(callback, delay) {
      const timer = { at: now + delay + late, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    get timers() { return timers.size },
    advance(ms) {
      const to = now + ms
      for (;;) {
        const due = [...timers].filter(timer => timer.at <= to).sort((a, b) => a.at - b.at)[0]
        if (!due)
          break
        timers.delete(due)
        now = due.at
        due.callback()
      }
      now = to
    },
  }
}

function letters(...times: number[]): LogEvent[] {
  return logOf(times.map((at, i) => [at, output(String.fromCharCode(97 + i))]))
}

function start(events: LogEvent[], options: Partial<Parameters<typeof play>[1]> = {}) {
  const clock = fakeClock()
  const seen: string[] = []
  const player = play(events, { clock, emit: event => seen.push(event.type === 'output' ? event.data : event.type), rewind: () => void (seen.length = 0), ...options })
  return { clock, player, seen }
}

describe('a player', () => {
  it('emits each event at its time and is done at the last', async () => {
    const { clock, player, seen } = start(letters(0, 10, 10, 30))
    expect(seen).toEqual(['a'])
    clock.advance(10)
    expect(seen).toEqual(['a', 'b', 'c'])
    clock.advance(19)
    expect(seen).toHaveLength(3)
    clock.advance(1)
    await player.done
    expect(seen).toHaveLength(4)
    expect(clock.timers).toBe(0)
  })

  it('does not drift, however late its timers are', () => {
    const clock = fakeClock(5)
    let worst = 0
    const began = clock.now()
    play(letters(...Array.from({ length: 5000 }, (_, i) => i * 7)), {
      clock,
      emit: ({ at }) => (worst = Math.max(worst, clock.now() - began - at)),
    })
    clock.advance(60_000)
    expect(worst).toBeLessThan(16)
  })

  it('plays at another speed, and from the middle', () => {
    const { clock, player, seen } = start(letters(0, 10, 30), { speed: 0.25, from: 10 })
    expect(seen).toEqual(['a', 'b'])
    clock.advance(79)
    expect(seen).toHaveLength(2)
    expect(player.at).toBeCloseTo(29.75)
    clock.advance(1)
    expect(seen).toHaveLength(3)
  })

  it('stands still while it is paused', () => {
    const { clock, player, seen } = start(letters(0, 10))
    clock.advance(4)
    player.pause()
    clock.advance(1000)
    expect(player.at).toBe(4)
    player.resume()
    clock.advance(5)
    expect(seen).toEqual(['a'])
    clock.advance(1)
    expect(seen).toEqual(['a', 'b'])
  })

  it('seeks forward at once, and backward through a rewind', () => {
    const { clock, player, seen } = start(letters(0, 10, 20, 30))
    player.seek(25)
    expect(seen).toEqual(['a', 'b', 'c'])
    player.seek(10)
    expect(seen).toEqual(['a', 'b'])
    clock.advance(10)
    expect(seen).toEqual(['a', 'b', 'c'])
    player.pause()
    player.seek(0)
    clock.advance(100)
    expect(seen).toEqual(['a'])
  })

  it('jumps to its end', async () => {
    const { clock, player, seen } = start(letters(0, 1000, 2000))
    player.finish()
    await player.done
    expect(seen).toHaveLength(3)
    expect(player.at).toBe(player.duration)
    expect(clock.timers).toBe(0)
  })

  it('ends at once when it is aborted, before or after its start', async () => {
    const abort = new AbortController()
    const { clock, player, seen } = start(letters(5, 10), { signal: abort.signal })
    abort.abort()
    await player.done
    clock.advance(100)
    expect(seen).toEqual([])
    await start(letters(0), { signal: AbortSignal.abort() }).player.done
  })

  it('rejects with what its reader throws', async () => {
    const error = new Error('no room')
    const emit = (): never => {
      throw error
    }
    await expect(start(letters(0), { emit }).player.done).rejects.toBe(error)
  })

  it('has nothing to wait for without events', async () => {
    await start([]).player.done
  })
})

describe('the replay runner', () => {
  const context = (emit: RunContext['emit'], signal = new AbortController().signal): RunContext => ({
    emit,
    started: () => {},
    signal,
    labels: {},
    environment: {},
    dial: async () => undefined,
    onInput: () => {},
    onResize: () => {},
    found: () => undefined,
    leave: () => {},
    endedAt: () => {},
    drained: () => undefined,
  })

  it('emits what was recorded, phases and all', async () => {
    const recorded: Payload[] = [{ type: 'phase', phase: 'running' }, output('x'), { type: 'exit', code: 0 }, { type: 'phase', phase: 'exited' }]
    const recording = recordingOf(logOf(recorded.map((payload, i) => [i, payload])))
    const emitted: Payload[] = []
    await createReplay({ load: async () => recording }).run(step('hello'), context(payload => emitted.push(payload)))
    expect(emitted).toEqual(recorded)
  })

  it('says which command makes a missing recording', async () => {
    const run = createReplay({ load: async () => undefined }).run(step('hello'), context(() => {}))
    await expect(run).rejects.toMatchObject({ code: 'no-recording', hint: expect.stringContaining('kamishibai record --only hello') })
  })

  it('stops when the run is cancelled', async () => {
    const abort = new AbortController()
    const emitted: Payload[] = []
    const run = createReplay({ load: async () => recordingOf(letters(0, 3_000_000)) }).run(step('hello'), context((payload) => {
      emitted.push(payload)
      abort.abort()
    }, abort.signal))
    await run
    expect(emitted).toHaveLength(1)
  })
})

it('jumps to the end of a 10 MB recording', async () => {
  const line = '\x1B[32mok\x1B[0m some words of a log 0123456789 abcdefghijklmnopqrstuvwxyz 日本語\r\n'
  const events = logOf(Array.from({ length: 20_000 }, (_, i) => [i, output(line.repeat(7))]))
  const { cast, events: others } = formatRecording({ ...recordingOf(events), cols: 80 })
  const began = performance.now()
  const recording = parseRecording(cast, others)
  const parsed = performance.now()
  const player = play(recording.events, { emit: () => {}, clock: fakeClock() })
  player.finish()
  const state = foldRun(recording.events)
  const lines = await screenAt(recording)
  const jumped = performance.now()
  console.log(`${(cast.length / 1e6).toFixed(1)} MB recording: parse ${(parsed - began).toFixed(0)} ms, jump to its end ${(jumped - parsed).toFixed(0)} ms, ${((jumped - parsed) / 200).toFixed(2)} of the budget`)
  expect(state.outputLength).toBe(line.length * 140_000)
  expect(lines.at(-2)![0]).toEqual({ text: 'ok', fg: 'ansi-2' })
  expect(jumped - parsed).toBeLessThan(2000)
})
