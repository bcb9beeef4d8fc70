import type { Deck } from '../../deck/deck.ts'
import { recordCommand } from '../../deck/record-command.ts'
import { isStepError } from '../../protocol/error.ts'
import { readRecording } from '../../service/store.ts'

/** What has to be told of steps that what was written shows without a result: which, why, and what mends it; empty where all have one. */
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
    ...missing.length ? [`Printed without a result, for they have no recording: ${missing.join(', ')}. Record them: ${recordCommand(deck, missing)}`] : [],
    ...damaged.size
      ? ['Printed without a result, for their recordings are damaged:', ...[...damaged].map(([id, why]) => `  ${id}: ${why}`), `Record them again: ${recordCommand(deck, [...damaged.keys()])}`]
      : [],
  ]
}
