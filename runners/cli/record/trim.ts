import type { Deck } from '../../deck/deck.ts'
import process from 'node:process'
import { isStepError } from '../../protocol/error.ts'
import { trimPauses } from '../../protocol/trim.ts'
import { readRecording, saveRecording } from '../../service/store/recordings.ts'
import { say } from '../io/say.ts'

/** Shortens the pauses in recordings that are there, of the steps `only` or of all; resolves with the exit code. */
export async function trimRecordings(deck: Deck, only: string[], limitMs: number): Promise<number> {
  let failed = false
  const fail = (id: string, why: string): void => {
    failed = true
    say.error(`${id.padEnd(20)} ${why}`)
  }
  for (const { id, print } of deck.steps.filter(step => !only.length || only.includes(step.id))) {
    try {
      const before = await readRecording(deck, id)
      if (!before) {
        if (only.length)
          fail(id, 'has no recording.')
        continue
      }
      const { recording, pauses, cutMs } = trimPauses(before, limitMs, print)
      if (pauses)
        await saveRecording(deck, recording)
      const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
      process.stdout.write(`${id.padEnd(20)} ${pauses ? `${pauses} ${pauses === 1 ? 'pause' : 'pauses'} shortened, ${seconds(cutMs)} cut: ${seconds(before.events.at(-1)?.at ?? 0)} → ${seconds(recording.events.at(-1)?.at ?? 0)}` : 'unchanged'}\n`)
    }
    catch (error) {
      if (!isStepError(error))
        throw error
      fail(id, `${error.message}. ${error.hint}`)
    }
  }
  return failed ? 1 : 0
}
