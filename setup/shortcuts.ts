import type { NavOperations, ShortcutOptions } from '@slidev/types'
import { useClient } from '../client/useClient.ts'

/** The names of Slidev's keys that go on by a click, as clickers have them; the others leave the slide at once. */
const CLICKS = ['next_space', 'next_right', 'next_page_key']

/**
 * A clicker's second press right after a start does not leave what the first one started, and the press after a failure
 * takes the recording.
 */
export default (_: NavOperations, base: ShortcutOptions[]): ShortcutOptions[] =>
  base.map((shortcut) => {
    const { name = '', fn } = shortcut
    if (!name.startsWith('next_') || name === 'next_overview')
      return shortcut
    const { bounce, keys } = useClient()
    return { ...shortcut, fn: () => bounce.isBounce() || (CLICKS.includes(name) && keys.rescue()) ? undefined : fn?.() }
  })
