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
  later: (work: () => void) => void = work => void setTimeout(work, 20),
): WindowState {
  const common = new Map<string, string>()
  /** What the others have and this window has not taken yet. */
  const behind = new Set<string>()
  let isKnown = false

  function write(): void {
    if (!isKnown)
      return
    const patch: Patch = {}
    for (const [key, value] of Object.entries(state as Patch)) {
      const text = JSON.stringify(value ?? null)
      if (!isOpen(key) || behind.has(key) || common.get(key) === text || (!common.has(key) && text === 'null'))
        continue
      common.set(key, text)
      patch[key] = value ?? null
    }
    if (Object.keys(patch).length)
      tell(patch)
  }

  /** Amid a change of its own, Slidev takes none of another window: it is given it again. */
  function catchUp(keys: string[]): void {
    onUpdate(Object.fromEntries(keys.map(key => [key, (JSON.parse(common.get(key)!) as unknown) ?? undefined])))
    for (const key of keys) {
      const isTaken = JSON.stringify((state as Patch)[key] ?? null) === common.get(key)
      behind[isTaken ? 'delete' : 'add'](key)
    }
    const left = keys.filter(key => behind.has(key))
    if (left.length)
      later(() => catchUp(left.filter(key => behind.has(key) && common.has(key))))
  }

  return {
    take({ patch, whole }) {
      if (whole) {
        common.clear()
        isKnown = true
      }
      for (const [key, value] of Object.entries(patch))
        common.set(key, JSON.stringify(value))
      catchUp(Object.keys(patch))
      if (whole)
        write()
    },
    write,
  }
}
