import { createListeners } from './listeners.ts'

/** Something that changes while a talk goes on, and who is told of it. */
export interface Value<T> {
  readonly now: T
  set: (next: T) => void
  /** Calls back whenever it was set; returns what ends the calls. */
  subscribe: (listener: () => void) => () => void
}

export function createValue<T>(initial: T): Value<T> {
  const listeners = createListeners()
  let now = initial
  return {
    get now() { return now },
    set(next) {
      now = next
      listeners.tell()
    },
    subscribe: listeners.subscribe,
  }
}
