import { createValue } from '../value.ts'

/** How long each slide of a talk has been shown. */
export interface Pace {
  /** The slide that is shown, from 1; undefined before the first. */
  readonly slide: number | undefined
  /** How many of its clicks are done. */
  readonly clicks: number
  /** The step that lies over it. */
  readonly over: string | undefined
  /** The part of it that fills it, by its number among them. */
  readonly enlarged: number | undefined
  /**
   * A window shows this slide now, after so many clicks, with this step over it; the windows of a talk show the same
   * one.
   */
  show: (slide: number, clicks?: number, over?: string) => void
  /** A part of the slide fills it, until another one does, none does, or the slide goes. */
  enlarge: (part: number | undefined) => void
  /** The time of each slide until now, in ms, by its number. */
  spent: () => Map<number, number>
  /** Calls back whenever another slide, or more or less of it, is shown. */
  subscribe: (listener: () => void) => () => void
}

interface Place { slide: number, clicks: number, over?: string, enlarged?: number }

/** The clock of a talk; it starts when the first slide is shown. `now` is in ms. */
export function createPace(now: () => number = () => performance.now()): Pace {
  const times = new Map<number, number>()
  const place = createValue<Place | undefined>(undefined)
  let since = 0

  function settle(): void {
    if (!place.now)
      return
    const { slide } = place.now
    const at = now()
    times.set(slide, (times.get(slide) ?? 0) + at - since)
    since = at
  }

  return {
    get slide() { return place.now?.slide },
    get clicks() { return place.now?.clicks ?? 0 },
    get over() { return place.now?.over },
    get enlarged() { return place.now?.enlarged },
    show(slide, clicks = 0, over) {
      if (slide === place.now?.slide && clicks === place.now.clicks && over === place.now.over)
        return
      settle()
      since = now()
      const enlarged = slide === place.now?.slide ? place.now.enlarged : undefined
      place.set({ slide, clicks, over, enlarged })
    },
    enlarge(part) {
      if (place.now)
        place.set({ ...place.now, enlarged: part })
    },
    spent() {
      settle()
      return new Map(times)
    },
    subscribe: place.subscribe,
  }
}
