import type { Recording } from '../../runners/protocol/recording.ts'
import { recordings } from 'virtual:kamishibai/recordings'
import { parseRecording } from '../../runners/protocol/parse-recording.ts'
import { loadAgain } from './retry.ts'

/** How often a recording is asked for before it counts as damaged. */
const ATTEMPTS = 6

export interface StoredRecording extends Recording {
  /** Whether it was made from the step as it stands. */
  fresh: boolean
}

const loaded = new Map<string, Promise<StoredRecording | undefined>>()

async function load(stepId: string): Promise<StoredRecording | undefined> {
  const text = await loadAgain(async () => recordings[stepId]?.(), { attempts: ATTEMPTS })
  return text ? { ...parseRecording(text.cast, text.events, { cast: `${stepId}.cast`, events: `${stepId}.events.jsonl`, again: `kamishibai record --only ${stepId}`, step: stepId }), fresh: text.fresh } : undefined
}

/** The recording that the deck ships for a step; undefined if there is none. */
export function loadRecording(stepId: string): Promise<StoredRecording | undefined> {
  let recording = loaded.get(stepId)
  if (!recording) {
    recording = load(stepId)
    loaded.set(stepId, recording)
    recording.catch(() => loaded.delete(stepId))
  }
  return recording
}
