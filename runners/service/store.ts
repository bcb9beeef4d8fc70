import type { Deck } from '../deck/deck.ts'
import type { Recording } from '../protocol/recording.ts'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sameRecording } from '../protocol/essence.ts'
import { formatRecording } from '../protocol/format-recording.ts'
import { parseRecording } from '../protocol/parse-recording.ts'

/** The two files of a recording as text, and the hash of the step when it was recorded. */
export interface RecordingText { cast: string, events: string, hash: string }

/** Where a deck's recordings lie: `recordings/NAME/` beside it. */
export function recordingsDir(deck: Deck): string {
  return join(deck.dir, 'recordings', deck.name)
}

function paths(deck: Deck, stepId: string): { cast: string, events: string } {
  const base = join(recordingsDir(deck), stepId)
  return { cast: `${base}.cast`, events: `${base}.events.jsonl` }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  }
  catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined
    throw error
  }
}

/** The files of a step's recording; undefined without one. */
export async function readRecordingText(deck: Deck, stepId: string): Promise<RecordingText | undefined> {
  const { cast: castPath, events: eventsPath } = paths(deck, stepId)
  const cast = await readIfThere(castPath)
  if (cast === undefined)
    return undefined
  const hash = /"hash":"([0-9a-f]*)"/.exec(cast.slice(0, cast.indexOf('\n') + 1 || cast.length))?.[1] ?? ''
  return { cast, events: await readIfThere(eventsPath) ?? '', hash }
}

/** The recording of a step; undefined without one. Throws StepError `recording-damaged`. */
export async function readRecording(deck: Deck, stepId: string): Promise<Recording | undefined> {
  const text = await readRecordingText(deck, stepId)
  return text && parseRecording(text.cast, text.events)
}

/** Writes a recording where it differs in more than ids, addresses and times; says whether it wrote. */
export async function writeRecording(deck: Deck, recording: Recording): Promise<boolean> {
  const before = await readRecording(deck, recording.header.step).catch(() => undefined)
  if (before && await sameRecording(before, recording))
    return false
  await saveRecording(deck, recording)
  return true
}

/** Writes a recording, whatever was there before. */
export async function saveRecording(deck: Deck, recording: Recording): Promise<void> {
  const { cast, events } = paths(deck, recording.header.step)
  await mkdir(recordingsDir(deck), { recursive: true })
  const text = formatRecording(recording)
  await writeFile(cast, text.cast)
  await writeFile(events, text.events)
}
