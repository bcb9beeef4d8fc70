import type { LogEvent } from '../protocol/event.ts'

/** A monotonic clock and a timer, both in ms; tests bring their own. */
export interface Clock {
  now: () => number
  /** Calls back after `delay` ms until the returned function is called. */
  schedule: (callback: () => void, delay: number) => () => void
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(callback, delay) {
    const timer = setTimeout(callback, delay)
    return () => clearTimeout(timer)
  },
}

export interface PlayOptions {
  emit: (event: LogEvent) => void
  /** @default 1 */
  speed?: number
  /** Where to begin, in ms of the recording. What lies before is emitted at once. @default 0 */
  from?: number
  /** Called before a seek backwards emits the log from its start again: forget what was emitted. */
  rewind?: () => void
  clock?: Clock
  signal?: AbortSignal
}

/** A recording being read against a clock. */
export interface Player {
  /** Where it is, in ms of the recording. */
  readonly at: number
  readonly duration: number
  /** Goes to `ms` of the recording and plays or stays paused as before. */
  seek: (ms: number) => void
  pause: () => void
  resume: () => void
  /** Emits all that is left at once. */
  finish: () => void
  /** Resolves at the end, or when the signal aborts; rejects with what `emit` threw. */
  done: Promise<void>
}

/** Emits `events` when their time has come; each is due by the recording's clock, so that delays never add up. */
export function play(events: LogEvent[], { emit, speed = 1, from = 0, rewind, clock = systemClock, signal }: PlayOptions): Player {
  const duration = events.at(-1)?.at ?? 0
  const done = Promise.withResolvers<void>()
  let next = 0
  let origin = clock.now() - from / speed
  let pausedAt: number | undefined
  let over = false
  let unschedule = (): void => {}

  const position = (): number => pausedAt ?? Math.min((clock.now() - origin) * speed, duration)

  function end(): void {
    over = true
    unschedule()
    signal?.removeEventListener('abort', end)
    done.resolve()
  }

  /** Emits all that is due, then sleeps until the next event's own time. */
  function advance(until: number): void {
    unschedule()
    try {
      while (next < events.length && events[next]!.at <= until) {
        emit(events[next++]!)
        // What it is emitted to may have ended it.
        if (over)
          return
      }
    }
    catch (error) {
      done.reject(error)
      end()
    }
    if (over)
      return
    if (next >= events.length)
      end()
    else if (pausedAt === undefined)
      unschedule = clock.schedule(() => advance(position()), Math.max(0, events[next]!.at / speed - (clock.now() - origin)))
  }

  const player: Player = {
    get at() { return position() },
    duration,
    seek(ms) {
      const to = Math.max(0, Math.min(ms, duration))
      if (over)
        return
      if (next > 0 && to < events[next - 1]!.at) {
        next = 0
        rewind?.()
      }
      origin = clock.now() - to / speed
      if (pausedAt !== undefined)
        pausedAt = to
      advance(to)
    },
    pause() {
      pausedAt ??= position()
      unschedule()
    },
    resume() {
      if (pausedAt === undefined)
        return
      origin = clock.now() - pausedAt / speed
      pausedAt = undefined
      advance(position())
    },
    finish() {
      pausedAt = duration
      advance(Infinity)
    },
    done: done.promise,
  }

  signal?.addEventListener('abort', end)
  if (signal?.aborted)
    end()
  else
    advance(position())
  return player
}
