import type { Recording } from '../../runners/protocol/recording.ts'
import type { RetryOptions } from './retry.ts'
import { parseRecording } from '../../runners/protocol/parse-recording.ts'
import { loadAgain } from './retry.ts'

/** How often a recording is asked for before it counts as damaged. */
const ATTEMPTS = 6

export interface StoredRecording extends Recording {
  /** Whether it was made from the step as it stands. */
  fresh: boolean
}

/** The files of a recording, as the deck ships them. */
export interface RecordingText { cast: string, events: string, fresh: boolean }

/** What loads the files of each recording, by step id; null where nothing is recorded. */
export type RecordingSources = Record<string, () => Promise<RecordingText | null>>

/** Loads the recording that the deck ships for a step; undefined if there is none. */
export type LoadRecording = (stepId: string) => Promise<StoredRecording | undefined>

/** A loader that loads each recording once, and again after a failure. */
export function createRecordings(sources: RecordingSources, retry: Pick<RetryOptions, 'wait'> = {}): LoadRecording {
  const loaded = new Map<string, Promise<StoredRecording | undefined>>()

  async function load(stepId: string): Promise<StoredRecording | undefined> {
    const text = await loadAgain(async () => sources[stepId]?.(), { attempts: ATTEMPTS, ...retry })
    if (!text)
      return undefined
    const names = {
      cast: `${stepId}.cast`,
      events: `${stepId}.events.jsonl`,
      again: `kamishibai record --only ${stepId}`,
      step: stepId,
    }
    return { ...parseRecording(text.cast, text.events, names), fresh: text.fresh }
  }

  return (stepId) => {
    let recording = loaded.get(stepId)
    if (!recording) {
      recording = load(stepId)
      loaded.set(stepId, recording)
      recording.catch(() => loaded.delete(stepId))
    }
    return recording
  }
}
