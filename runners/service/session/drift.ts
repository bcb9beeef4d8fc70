import { createListeners } from './listeners.ts'

/** Which steps are no longer on disk as they run here. */
export interface Drift {
  /** Their ids. */
  readonly steps: string[]
  set: (stepIds: string[]) => void
  /** Calls back whenever they change. */
  subscribe: (listener: () => void) => () => void
}

export function createDrift(): Drift {
  const listeners = createListeners()
  let steps: string[] = []
  return {
    get steps() {
      return steps
    },
    set(stepIds) {
      steps = stepIds
      listeners.tell()
    },
    subscribe: listeners.subscribe,
  }
}
