import type { Phase } from '../../runners/protocol/event.ts'
import { isPassed } from '../../runners/protocol/event.ts'

/** How a step stands to the time that its recording took; times in seconds. */
export interface StepTime {
  phase: Phase | 'idle'
  active: boolean
  /** So far, or that it took. */
  seconds?: number
  /** That its recording took. */
  expected?: number
}

/** A step's time as the presenter's bar says it. */
export interface StepClock {
  sign: string
  /** `so far / expected`, as far as each is known; empty where neither is. */
  times: string
  /** What is left of a step under way. */
  left?: string
  /** It takes longer than it did when it was recorded. */
  late: boolean
}

/** The clock of a step. */
export function clockOf({ phase, active, seconds, expected }: StepTime): StepClock {
  const sign = active ? '▶' : isPassed(phase) ? '✓' : phase === 'failed' || phase === 'cancelled' ? '✗' : '○'
  const times = [seconds, expected].filter(time => time !== undefined).map(time => time.toFixed(1)).join(' / ')
  const late = active && seconds !== undefined && expected !== undefined && seconds > expected
  const left = active && expected !== undefined ? Math.max(0, expected - (seconds ?? 0)).toFixed(1) : undefined
  return { sign, times, ...left !== undefined && { left }, late }
}
