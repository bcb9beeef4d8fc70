import type { Service } from './service.ts'

/** What the author of a deck that is edited saves. */
export interface Author {
  /** Takes over what is on disk by now. */
  take: () => Promise<void>
  /** Calls back when the page has to know more of the deck's steps. */
  onTaken: (listener: () => void) => () => void
}

/** What `present` shares with Slidev's dev server in the same process. */
export interface Presenting {
  service: Service
  /** Of a deck that is edited: Slidev's own write endpoints stay open, and what is saved is taken over. */
  author?: Author
  /** Whether the speaker rehearses: every window then shows the clock. */
  rehearsing: boolean
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
