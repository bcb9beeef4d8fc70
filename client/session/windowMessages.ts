import type { WindowsMessage } from './windowState.ts'

/** What other windows of the talk tell, for those who follow it. */
export interface WindowMessages {
  take: (message: WindowsMessage) => void
  /** Calls back with each message from now on, and at once with all that is known by now. */
  follow: (listener: (message: WindowsMessage) => void) => void
}

export function createWindowMessages(): WindowMessages {
  const listeners: ((message: WindowsMessage) => void)[] = []
  /** All that the windows have in common, by its channel. */
  const whole = new Map<WindowsMessage['channel'], WindowsMessage>()
  return {
    take(message) {
      const before = message.whole ? {} : whole.get(message.channel)?.patch
      whole.set(message.channel, { ...message, whole: true, patch: { ...before, ...message.patch } })
      listeners.forEach(listener => listener(message))
    },
    follow(listener) {
      listeners.push(listener)
      whole.forEach(listener)
    },
  }
}
