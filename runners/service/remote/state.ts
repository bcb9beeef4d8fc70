import { createListeners } from '../session/listeners.ts'

/** How the remote viewers are served, as the presenter sees it. */
export interface RemoteState {
  /** `preparing` while the site is made. */
  state: 'off' | 'preparing' | 'open' | 'failed'
  /** What viewers open; the first is the one to show. */
  urls: string[]
  viewers: number
}

export interface RemoteStatus {
  readonly now: RemoteState
  set: (change: Partial<RemoteState>) => void
  /** Calls back whenever it changes. */
  subscribe: (listener: () => void) => () => void
}

export function createRemoteStatus(): RemoteStatus {
  const listeners = createListeners()
  let now: RemoteState = { state: 'off', urls: [], viewers: 0 }
  return {
    get now() { return now },
    set(change) {
      now = { ...now, ...change }
      listeners.tell()
    },
    subscribe: listeners.subscribe,
  }
}
