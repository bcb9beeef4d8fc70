import type { NavOperations, ShortcutOptions } from '@slidev/types'
import { isBounce } from '../client/step/bounce.ts'

/** A clicker's second press right after a start does not leave what the first one started. */
export default (_: NavOperations, base: ShortcutOptions[]): ShortcutOptions[] =>
  base.map(shortcut => shortcut.name?.startsWith('next_') && shortcut.name !== 'next_overview'
    ? { ...shortcut, fn: () => isBounce() ? undefined : shortcut.fn?.() }
    : shortcut)
