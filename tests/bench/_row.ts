import type { TestCluster } from '../engines/kubernetes.ts'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** One line of the table. */
export interface Measure {
  what: string
  /** The largest value that passes, in `unit`; without one the line only informs. */
  budget?: number
  value: number
  /** `×` is a ratio to the peer of the same run. */
  unit: '×' | 'ms' | 'MiB' | 'bytes'
  /** What was measured of ours and of the peer, as a person reads it. */
  ours?: string
  peer?: string
}

/** What rows may use. */
export interface World {
  /** DOCKER_HOST of an engine; undefined where there is none. */
  dockerHost?: string
  /** A cluster; undefined where there is none. */
  cluster?: TestCluster
  /** A folder below the repository for decks, empty at the start and removed at the end. */
  dir: string
  /** Says how far a long row is. */
  progress: (text: string) => void
}

/** A budget, or a few that are measured together. */
export interface Row {
  id: string
  what: string
  needs: ('docker' | 'browser' | 'cluster')[]
  run: (world: World) => Promise<Measure[]>
}

/** A measured time as a person reads it. */
export function ms(value: number): string {
  return value < 100 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * Our median in proportion to the peer's. The two take turns, so that a change of the machine's load meets both.
 */
export function ratio(what: string, budget: number, ours: number[], peer: number[]): Measure {
  return { what, budget, value: median(ours) / median(peer), unit: '×', ours: ms(median(ours)), peer: ms(median(peer)) }
}

/** Before memory is looked at: what is left over must not count, nor hide what grows. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
