/** A second press this soon after a start is a slip of the thumb, in ms. */
export const BOUNCE = 400

/** What of the presses in one window is a slip of the thumb. */
export interface Bounce {
  /** Whether a step may start now: not when it started just before. */
  take: (stepId: string) => boolean
  /** Whether a press that comes now belongs to the start before it. */
  isBounce: () => boolean
}

/** A window in which nothing was started yet. */
export function createBounce(now: () => number = () => performance.now()): Bounce {
  const started = new Map<string, number>()
  let last = -Infinity
  return {
    take(stepId) {
      const time = now()
      if (time - (started.get(stepId) ?? -Infinity) < BOUNCE)
        return false
      started.set(stepId, time)
      last = time
      return true
    },
    isBounce: () => now() - last < BOUNCE,
  }
}
