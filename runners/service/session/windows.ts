import type { WindowsChannel } from '../../protocol/wire.ts'
import { createListeners } from '../listeners.ts'

/** What the windows of one talk have in common, by its name; `null` stands for what is no longer there. */
export type WindowsPatch = Record<string, unknown>

/** A change of it, and the window that made it; none where the service did. */
export interface WindowsChange { channel: WindowsChannel, patch: WindowsPatch, from?: object }

/** Where the talk is, in what is shared. */
const PLACE = ['page', 'clicks', 'clicksTotal', 'lastUpdate']

/**
 * What Slidev keeps in step between the windows of a talk: `shared` is the place, the timer and the cursor, `drawings`
 * the drawings by the number of their slide.
 */
export interface Windows {
  /** All of it by now. */
  of: (channel: WindowsChannel) => WindowsPatch
  take: (change: WindowsChange) => void
  /**
   * Counts a window until what it gives is called. The place is that of the windows that are open: it goes with the
   * last.
   */
  enter: () => () => void
  /** Calls back with each change. */
  subscribe: (listener: (change: WindowsChange) => void) => () => void
}

/** Windows that begin with `drawings`. */
export function createWindows(drawings: WindowsPatch = {}): Windows {
  const state: Record<WindowsChannel, WindowsPatch> = { shared: {}, drawings: { ...drawings } }
  const listeners = createListeners<[WindowsChange]>()
  let open = 0
  return {
    of: channel => state[channel],
    take(change) {
      Object.assign(state[change.channel], change.patch)
      listeners.tell(change)
    },
    enter() {
      open++
      return () => {
        if (!--open)
          PLACE.forEach(key => delete state.shared[key])
      }
    },
    subscribe: listeners.subscribe,
  }
}
