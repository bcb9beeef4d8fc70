import type { NavOperations, ShortcutOptions } from '@slidev/types'
import { useClient } from '../client/useClient.ts'

/** A clicker's second press right after a start does not leave what the first one started. */
export default (_: NavOperations, base: ShortcutOptions[]): ShortcutOptions[] =>
  base.map(shortcut => shortcut.name?.startsWith('next_') && shortcut.name !== 'next_overview'
    ? { ...shortcut, fn: () => useClient().bounce.isBounce() ? undefined : shortcut.fn?.() }
    : shortcut)
