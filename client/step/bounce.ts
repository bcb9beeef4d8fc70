/** A second press this soon after a start is a slip of the thumb, in ms. */
export const BOUNCE = 400

let startedAt = -Infinity

/** Says that this window started a step just now. */
export function markStart(): void {
  startedAt = performance.now()
}

/** Whether a press that comes now belongs to the start before it. */
export function isBounce(): boolean {
  return performance.now() - startedAt < BOUNCE
}
