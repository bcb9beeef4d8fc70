import { createListeners } from './listeners.ts'

/** How long each slide of a talk has been shown. */
export interface Pace {
  /** The slide that is shown, from 1; undefined before the first. */
  readonly slide: number | undefined
  /** How many of its clicks are done. */
  readonly clicks: number
  /** The step that lies over it. */
  readonly over: string | undefined
  /** A window shows this slide now, after so many clicks, with this step over it; the windows of a talk show the same one. */
  show: (no: number, clicks?: number, over?: string) => void
  /** The time of each slide until now, in ms, by its number. */
  spent: () => Map<number, number>
  /** Calls back whenever another slide, or more or less of it, is shown. */
  subscribe: (listener: () => void) => () => void
}

/** The clock of a talk; it starts when the first slide is shown. `now` is in ms. */
export function createPace(now: () => number = () => performance.now()): Pace {
  const times = new Map<number, number>()
  const listeners = createListeners()
  let current: { slide: number, clicks: number, over?: string, since: number } | undefined

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
    get over() {
      return current?.over
    },
    show(no, clicks = 0, over) {
      if (no === current?.slide && clicks === current.clicks && over === current.over)
        return
      settle()
      current = { slide: no, clicks, over, since: now() }
      listeners.tell()
    },
    spent() {
      settle()
      return new Map(times)
    },
    subscribe: listeners.subscribe,
  }
}
