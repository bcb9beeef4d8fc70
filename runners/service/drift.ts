/** Which steps are no longer on disk as they run here. */
export interface Drift {
  /** Their ids. */
  readonly steps: string[]
  set: (stepIds: string[]) => void
  /** Calls back whenever they change. */
  subscribe: (listener: () => void) => () => void
}

export function createDrift(): Drift {
  const listeners = new Set<() => void>()
  let steps: string[] = []
  return {
    get steps() {
      return steps
    },
    set(stepIds) {
      steps = stepIds
      listeners.forEach(listener => listener())
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
