/** The environment variable by which Slidev's own process knows that its parent listens. */
const VARIABLE = 'KAMISHIBAI_TELLS_BUILDING'
const TYPE = 'kamishibai:building'

/**
 * What a build tells of itself: how many of its slides are made, or the files outside of the deck's folder that it
 * read.
 */
export interface Building {
  done?: number
  total?: number
  /** Absolute paths. */
  outside?: string[]
}

/** What Slidev's process needs in its environment, so that it tells how it builds. */
export const BUILDING_ENV = { [VARIABLE]: '1' }

/** Tells the parent process, where it listens. */
export function tellBuilding(building: Building, process: Pick<NodeJS.Process, 'env' | 'send'>): void {
  if (process.env[VARIABLE] !== undefined)
    process.send?.({ type: TYPE, building })
}

/** What a process of Slidev tells of its build; undefined where a message says something else. */
export function readBuilding(message: unknown): Building | undefined {
  const { type, building } = (message ?? {}) as { type?: unknown, building?: Building }
  return type === TYPE ? building : undefined
}
