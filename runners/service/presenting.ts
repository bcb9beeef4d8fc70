import type { Service } from './service.ts'

/** What `present` shares with Slidev's dev server in the same process. */
export interface Presenting {
  service: Service
  /** Whether Slidev's own write endpoints stay open. */
  edit: boolean
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
