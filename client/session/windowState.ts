import type { ServerMessage } from '../../runners/protocol/wire.ts'

/** What other windows changed, or all that they have in common. */
export type WindowsMessage = Extract<ServerMessage, { type: 'windows' }>

type Patch = Record<string, unknown>

/** A state of Slidev's in one window, which follows the others and tells them its changes. */
export interface WindowState {
  /** Takes what other windows have. */
  take: (message: Pick<WindowsMessage, 'patch' | 'whole'>) => void
  /** Tells what differs from what all have; nothing before this window knows what that is. */
  write: () => void
}

/**
 * Follows what the other windows have of `state`: `onUpdate` puts it in, `tell` gets what changed here, but for keys
 * that `isOpen` does not hold for yet. What is no longer there goes as null.
 */
export function createWindowState(
  state: object,
  onUpdate: (patch: Patch) => void,
  tell: (patch: Patch) => void,
  isOpen: (key: string) => boolean = () => true,
): WindowState {
  const common = new Map<string, string>()
  let isKnown = false

  function write(): void {
    if (!isKnown)
      return
    const patch: Patch = {}
    for (const [key, value] of Object.entries(state as Patch)) {
      const text = JSON.stringify(value ?? null)
      if (!isOpen(key) || common.get(key) === text || (!common.has(key) && text === 'null'))
        continue
      common.set(key, text)
      patch[key] = value ?? null
    }
    if (Object.keys(patch).length)
      tell(patch)
  }

  return {
    take({ patch, whole }) {
      if (whole) {
        common.clear()
        isKnown = true
      }
      for (const [key, value] of Object.entries(patch))
        common.set(key, JSON.stringify(value))
      onUpdate(Object.fromEntries(Object.entries(patch).map(([key, value]) => [key, value ?? undefined])))
      if (whole)
        write()
    },
    write,
  }
}
