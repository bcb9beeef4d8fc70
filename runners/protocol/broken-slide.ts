import type { Problem } from './problem.ts'

/** The environment variable by which Slidev's own process knows that its parent listens. */
const VARIABLE = 'KAMISHIBAI_TELLS_BROKEN'
const TYPE = 'kamishibai:broken-slide'

/** What Slidev's process needs in its environment, so that it tells of slides that it cannot compile. */
export const BROKEN_SLIDE_ENV = { [VARIABLE]: '1' }

/** Tells the parent process of a slide that shows a mistake instead of itself; false where none listens. */
export function tellBroken(problem: Problem, process: Pick<NodeJS.Process, 'env' | 'send'>): boolean {
  const isHeard = process.send !== undefined && process.env[VARIABLE] !== undefined
  if (isHeard)
    process.send!({ type: TYPE, problem })
  return isHeard
}

/** What a process of Slidev says of a broken slide; undefined where a message says something else. */
export function readBroken(message: unknown): Problem | undefined {
  const { type, problem } = (message ?? {}) as { type?: unknown, problem?: Problem }
  return type === TYPE ? problem : undefined
}
