/** Who is called back when something happens. */
export interface Listeners<Args extends unknown[] = []> {
  /** Returns what ends the calls. */
  subscribe: (listener: (...args: Args) => void) => () => void
  tell: (...args: Args) => void
  /** Ends all calls. */
  clear: () => void
}

export function createListeners<Args extends unknown[] = []>(): Listeners<Args> {
  const listeners = new Set<(...args: Args) => void>()
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell: (...args) => listeners.forEach(listener => listener(...args)),
    clear: () => listeners.clear(),
  }
}
