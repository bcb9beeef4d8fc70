import type { Deck } from '../../deck/deck.ts'
import type { Step } from '../../protocol/step.ts'
import type { Recorded } from '../../service/doctor/deck.ts'
import { recordCommand } from '../../deck/record-command.ts'
import { readAll } from '../../service/doctor/deck.ts'
import { say } from '../io/say.ts'

/**
 * Says of which steps what was made of the deck shows no result, or that of an earlier step; resolves with the exit
 * code.
 */
export async function tellRecorded(deck: Deck): Promise<number> {
  const recorded = await readAll(deck)
  const without = unrecorded(deck, recorded)
  if (without.length)
    say.warn(without.join('\n'))
  const { stale } = recorded
  if (stale.length)
    say.warn(`With an old result, for they were changed since it was recorded: ${idsOf(stale).join(', ')}. Record them anew: ${recordCommand(deck, idsOf(stale))}`)
  return without.length ? 1 : 0
}

/**
 * What has to be told of steps that what was made shows without a result: which, why, and what mends it; empty where
 * all have one.
 */
export function unrecorded(deck: Deck, { missing, damaged }: Pick<Recorded, 'missing' | 'damaged'>): string[] {
  return [
    ...missing.length ? [`Without a result, for they have no recording: ${idsOf(missing).join(', ')}. Record them: ${recordCommand(deck, idsOf(missing))}`] : [],
    ...damaged.length
      ? ['Without a result, for their recordings are damaged:', ...damaged.map(({ step, why }) => `  ${step.id}: ${why}`), `Record them again: ${recordCommand(deck, damaged.map(({ step }) => step.id))}`]
      : [],
  ]
}

const idsOf = (steps: Step[]): string[] => steps.map(({ id }) => id)
