import type { Phase } from '../../../runners/protocol/event.ts'
import type { ScreenLine } from '../../../runners/protocol/screen.ts'
import type { ViewRun } from '../frames.ts'
import { isFinal, isPassed } from '../../../runners/protocol/event.ts'

/** One of those that race. */
export interface Racer {
  step: string
  title: string
  /** `idle` before the start. */
  phase: Phase | 'idle'
  /** From the start of the step to where it is, or to the moment that it was ready, in ms. */
  ms: number
  /** Whether it has come to its moment. */
  arrived: boolean
  /** What a virtual machine runs on, as the step says it; undefined where it says nothing. */
  accelerator?: string
}

const RE_ACCELERATOR = /^accelerator: (.+)$/m

/** How far a run is: its clock starts with what the step does, after what it waited for. */
export function toRacer({ step, title, state, at, lines }: Pick<ViewRun, 'step' | 'title' | 'state' | 'at' | 'lines'>): Racer {
  const start = state.phases.find(({ phase }) => phase === 'running')?.at
  const end
    = start === undefined ? undefined : state.phases.find(p => p.at >= start && (isPassed(p.phase) || isFinal(p.phase)))
  return {
    step,
    title,
    phase: state.phase === 'exited' || state.phase === 'cancelled' ? end?.phase ?? state.phase : state.phase,
    ms: start === undefined ? 0 : (end?.at ?? at) - start,
    arrived: end !== undefined && isPassed(end.phase),
    accelerator: RE_ACCELERATOR.exec(textOf(lines()))?.[1],
  }
}

function textOf(lines: ScreenLine[]): string {
  return lines.map(line => line.map(span => span.text).join('').trimEnd()).join('\n')
}

const NICE = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600]

/** The end of the scale that the bars are drawn on, in seconds: it grows in steps, so that a bar is seen to move. */
export function scaleOf(racers: Racer[]): number {
  const longest = Math.max(0, ...racers.map(({ ms }) => ms)) / 1000
  return NICE.find(seconds => seconds >= longest) ?? longest
}

/** How many times faster the first that arrived was than the last; undefined until all have. */
export function ratioOf(racers: Racer[]): { first: Racer, last: Racer, times: number } | undefined {
  if (racers.length < 2 || !racers.every(({ arrived, ms }) => arrived && ms > 0))
    return undefined
  const sorted = racers.toSorted((a, b) => a.ms - b.ms)
  const [first, last] = [sorted[0]!, sorted.at(-1)!]
  return { first, last, times: last.ms / first.ms }
}
