import type { Service } from './service.ts'

/** How steps changed: in their code alone, with the hash of each by its id, or in what a page knows besides. */
export type StepChange = { type: 'code', hashes: Record<string, string> } | { type: 'steps' }

/** What the author of a deck that is edited saves. */
export interface Author {
  /** Takes over what is on disk by now. */
  take: () => Promise<void>
  /** Calls back with what a page has to know of the steps by now. */
  onTaken: (listener: (change: StepChange) => void) => () => void
}

/** What `present` shares with Slidev's dev server in the same process. */
export interface Presenting {
  service: Service
  /** Of a deck that is edited: Slidev's own write endpoints stay open, and what is saved is taken over. */
  author?: Author
}

// Slidev loads our setup files in module graphs of their own, and anew after a restart.
const KEY = Symbol.for('kamishibai.presenting')
const shared = globalThis as { [KEY]?: Presenting }

/** Makes `value` known to Slidev's server, which outlives its restarts. */
export function setPresenting(value: Presenting): void {
  shared[KEY] = value
}

/** What `present` shares, or undefined under Slidev's own commands. */
export function presenting(): Presenting | undefined {
  return shared[KEY]
}
