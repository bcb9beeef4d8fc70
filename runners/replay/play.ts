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
  clock?: Clock
  signal?: AbortSignal
}

/** A recording being read against a clock. */
export interface Player {
  /** Where it is, in ms of the recording. */
  readonly at: number
  readonly duration: number
  pause: () => void
  resume: () => void
  /** Emits all that is left at once. */
  finish: () => void
  /** Resolves at the end, or when the signal aborts. */
  done: Promise<void>
}

/** Emits `events` when their time has come; each is due by the recording's clock, so that delays never add up. */
export function play(events: LogEvent[], { emit, speed = 1, from = 0, clock = systemClock, signal }: PlayOptions): Player {
  const duration = events.at(-1)?.at ?? 0
  const done = Promise.withResolvers<void>()
  let next = 0
  let origin = clock.now() - from / speed
  let pausedAt: number | undefined
  let unschedule = (): void => {}

  const position = (): number => pausedAt ?? Math.min((clock.now() - origin) * speed, duration)

  function advance(until: number): void {
    while (next < events.length && events[next]!.at <= until && !signal?.aborted)
      emit(events[next++]!)
  }

  function tick(): void {
    if (signal?.aborted || pausedAt !== undefined)
      return
    advance(position())
    if (next >= events.length) {
      done.resolve()
      return
    }
    unschedule = clock.schedule(tick, Math.max(0, events[next]!.at / speed - (clock.now() - origin)))
  }

  signal?.addEventListener('abort', () => {
    unschedule()
    done.resolve()
  }, { once: true })
  tick()

  return {
    get at() { return position() },
    duration,
    pause() {
      pausedAt = position()
      unschedule()
    },
    resume() {
      if (pausedAt === undefined)
        return
      origin = clock.now() - pausedAt / speed
      pausedAt = undefined
      tick()
    },
    finish() {
      unschedule()
      advance(Infinity)
      done.resolve()
    },
    done: done.promise,
  }
}
