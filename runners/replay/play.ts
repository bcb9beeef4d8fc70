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
export function play(events: LogEvent[], options: PlayOptions): Player {
  const { from = 0, rewind, signal } = options
  const duration = events.at(-1)?.at ?? 0
  const time = createTime(options, duration, from)
  const cursor = createCursor(events, options, time)

  signal?.addEventListener('abort', cursor.end)
  void cursor.done.catch(() => {}).finally(() => signal?.removeEventListener('abort', cursor.end))
  if (signal?.aborted)
    cursor.end()
  else
    cursor.advance(time.at())
  return {
    get at() { return time.at() },
    duration,
    seek(ms) {
      const to = Math.max(0, Math.min(ms, duration))
      if (cursor.isOver())
        return
      if (cursor.isPast(to)) {
        cursor.restart()
        rewind?.()
      }
      time.set(to)
      cursor.advance(to)
    },
    pause() {
      time.pause()
      cursor.sleep()
    },
    resume() {
      if (time.resume())
        cursor.advance(time.at())
    },
    finish() {
      time.pause(duration)
      cursor.advance(Infinity)
    },
    done: cursor.done,
  }
}

interface Time {
  /** Where the recording is, in ms. */
  at: () => number
  isPaused: () => boolean
  set: (ms: number) => void
  /** Stays where it is, or at `ms`. */
  pause: (ms?: number) => void
  /** Goes on; false where it did not stand. */
  resume: () => boolean
  /** How long it is to `ms` of the recording, in ms of the clock. */
  until: (ms: number) => number
}

interface Cursor {
  done: Promise<void>
  end: () => void
  isOver: () => boolean
  /** Emits all that is due at `ms`, then sleeps until the next event's own time. */
  advance: (ms: number) => void
  sleep: () => void
  restart: () => void
  /** Whether an event after `ms` was emitted. */
  isPast: (ms: number) => boolean
}

/** Where a recording of `duration` ms is, read against the clock. */
function createTime({ speed = 1, clock = systemClock }: PlayOptions, duration: number, from: number): Time {
  let origin = clock.now() - from / speed
  let pausedAt: number | undefined
  const at = (): number => pausedAt ?? Math.min((clock.now() - origin) * speed, duration)
  return {
    at,
    isPaused: () => pausedAt !== undefined,
    set(ms: number) {
      origin = clock.now() - ms / speed
      if (pausedAt !== undefined)
        pausedAt = ms
    },
    pause(ms?: number) {
      pausedAt = ms ?? pausedAt ?? at()
    },
    resume() {
      if (pausedAt === undefined)
        return false
      origin = clock.now() - pausedAt / speed
      pausedAt = undefined
      return true
    },
    until: (ms: number) => Math.max(0, ms / speed - (clock.now() - origin)),
  }
}

/** Which event is next, and when it is woken for it. */
function createCursor(events: LogEvent[], { emit, clock = systemClock }: PlayOptions, time: Time): Cursor {
  const done = Promise.withResolvers<void>()
  let next = 0
  let over = false
  let unschedule = (): void => {}

  function end(): void {
    over = true
    unschedule()
    done.resolve()
  }

  function emitUntil(ms: number): void {
    try {
      while (next < events.length && events[next]!.at <= ms) {
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
  }

  function advance(ms: number): void {
    unschedule()
    emitUntil(ms)
    if (over)
      return
    if (next >= events.length)
      end()
    else if (!time.isPaused())
      unschedule = clock.schedule(() => advance(time.at()), time.until(events[next]!.at))
  }

  return {
    done: done.promise,
    end,
    advance,
    isOver: () => over,
    sleep: () => unschedule(),
    restart: () => void (next = 0),
    isPast: (ms: number) => next > 0 && ms < events[next - 1]!.at,
  }
}
