import type { Deck } from '../../deck/deck.ts'
import type { Settings } from '../../protocol/headmatter.ts'
import { isDeepStrictEqual } from 'node:util'
import { touchedBy } from '../../deck/plan/step-touch.ts'

/** What a deck may change while it is edited: its parser alone reads these settings. */
const FREE: ReadonlySet<string> = new Set<keyof Settings>(['defaults', 'run'])

/** What opens more of the machine or the network than before. */
const OPENING = ['hosts', 'mounts'] as const

/**
 * What a deck wants beyond what its author approved at the start, in words of its own: settings of the headmatter,
 * hosts and mounts. Empty where nothing has to be asked.
 */
export function beyondApproval(before: Pick<Deck, 'settings' | 'steps'>, now: Pick<Deck, 'settings' | 'steps'>): string[] {
  const settings = Object.keys(now.settings)
    .filter(key => !FREE.has(key))
    .filter(key => !isDeepStrictEqual(before.settings[key as keyof Settings], now.settings[key as keyof Settings]))
  const touched = OPENING.flatMap((key) => {
    const known = new Set(before.steps.flatMap(step => touchedBy(step)[key]))
    return [...new Set(now.steps.flatMap(step => touchedBy(step)[key]))].filter(name => !known.has(name))
  })
  return [...settings.map(key => `kamishibai.${key}`), ...touched]
}
