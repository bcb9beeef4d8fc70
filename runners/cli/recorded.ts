import type { Deck } from '../deck/deck.ts'
import type { Step } from '../protocol/step.ts'
import { recordCommand } from '../deck/record-command.ts'
import { readAll } from '../service/doctor/deck.ts'

/** Says of which steps what was made of the deck shows no result, or that of an earlier step; resolves with the exit code. */
export async function tellRecorded(deck: Deck): Promise<number> {
  const { missing, damaged, stale } = await readAll(deck)
  const names = (steps: Step[]): string => steps.map(({ id }) => id).join(', ')
  const again = (steps: Step[]): string => recordCommand(deck, steps.map(({ id }) => id))
  const gone = [...missing, ...damaged]
  if (gone.length)
    console.error(`Without a result, for they have no recording${damaged.length ? ' that can be read' : ''}: ${names(gone)}. Record them: ${again(gone)}`)
  if (stale.length)
    console.error(`With an old result, for they were changed since it was recorded: ${names(stale)}. Record them anew: ${again(stale)}`)
  return gone.length ? 1 : 0
}
