import type { Deck } from '../deck/deck.ts'
import { recordCommand } from '../deck/record-command.ts'
import { isStepError } from '../protocol/error.ts'
import { readAll } from '../service/doctor/deck.ts'
import { readRecording } from '../service/store.ts'

/** Says of which steps what was made of the deck shows no result, or that of an earlier step; resolves with the exit code. */
export async function tellRecorded(deck: Deck): Promise<number> {
  const without = await unrecorded(deck)
  without.forEach(line => console.error(line))
  const stale = (await readAll(deck)).stale.map(({ id }) => id)
  if (stale.length)
    console.error(`With an old result, for they were changed since it was recorded: ${stale.join(', ')}. Record them anew: ${recordCommand(deck, stale)}`)
  return without.length ? 1 : 0
}

/** What has to be told of steps that what was made shows without a result: which, why, and what mends it; empty where all have one. */
export async function unrecorded(deck: Deck): Promise<string[]> {
  const missing: string[] = []
  const damaged = new Map<string, string>()
  for (const { id } of deck.steps) {
    try {
      if (!await readRecording(deck, id))
        missing.push(id)
    }
    catch (error) {
      if (!isStepError(error))
        throw error
      damaged.set(id, error.message)
    }
  }
  return [
    ...missing.length ? [`Without a result, for they have no recording: ${missing.join(', ')}. Record them: ${recordCommand(deck, missing)}`] : [],
    ...damaged.size
      ? ['Without a result, for their recordings are damaged:', ...[...damaged].map(([id, why]) => `  ${id}: ${why}`), `Record them again: ${recordCommand(deck, [...damaged.keys()])}`]
      : [],
  ]
}
