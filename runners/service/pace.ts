import { createListeners } from './listeners.ts'

/** How long each slide of a talk has been shown. */
export interface Pace {
  /** The slide that is shown, from 1; undefined before the first. */
  readonly slide: number | undefined
  /** How many of its clicks are done. */
  readonly clicks: number
  /** A window shows this slide now, after so many clicks; the windows of a talk show the same one. */
  show: (no: number, clicks?: number) => void
  /** The time of each slide until now, in ms, by its number. */
  spent: () => Map<number, number>
  /** Calls back whenever another slide, or more or less of it, is shown. */
  subscribe: (listener: () => void) => () => void
}

/** The clock of a talk; it starts when the first slide is shown. `now` is in ms. */
export function createPace(now: () => number = () => performance.now()): Pace {
  const times = new Map<number, number>()
  const listeners = createListeners()
  let current: { slide: number, clicks: number, since: number } | undefined

  function settle(): void {
    if (!current)
      return
    const at = now()
    times.set(current.slide, (times.get(current.slide) ?? 0) + at - current.since)
    current.since = at
  }

  return {
    get slide() {
      return current?.slide
    },
    get clicks() {
      return current?.clicks ?? 0
    },
    show(no, clicks = 0) {
      if (no === current?.slide && clicks === current.clicks)
        return
      settle()
      current = { slide: no, clicks, since: now() }
      listeners.tell()
    },
    spent() {
      settle()
      return new Map(times)
    },
    subscribe: listeners.subscribe,
  }
}
