import type { Deck } from '../../deck/deck.ts'
import type { Recording } from '../../protocol/recording.ts'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { recordCommand } from '../../deck/record-command.ts'
import { StepError } from '../../protocol/error.ts'
import { sameRecording } from '../../protocol/essence.ts'
import { formatRecording } from '../../protocol/format-recording.ts'
import { parseRecording } from '../../protocol/parse-recording.ts'

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

/**
 * The files of a step's recording; undefined without one. Where one is missing it is empty, which no reader takes for
 * whole.
 */
export async function readRecordingText(deck: Deck, stepId: string): Promise<RecordingText | undefined> {
  const { cast: castPath, events: eventsPath } = paths(deck, stepId)
  const [cast = '', events = ''] = await Promise.all([readIfThere(castPath), readIfThere(eventsPath)])
  if (!cast && !events)
    return undefined
  const hash = /"hash":"([0-9a-f]*)"/.exec(cast.slice(0, cast.indexOf('\n') + 1 || cast.length))?.[1] ?? ''
  return { cast, events, hash }
}

/**
 * The recording of a step; undefined without one. Throws StepError `recording-damaged` that names the file and what
 * records the step again.
 */
export async function readRecording(deck: Deck, stepId: string): Promise<Recording | undefined> {
  const files = paths(deck, stepId)
  const [cast, events] = await Promise.all([readIfThere(files.cast), readIfThere(files.events)])
  if (cast === undefined && events === undefined)
    return undefined
  const again = recordCommand(deck, [stepId])
  // Each may be whole without the other, and would pass for all that happened.
  if (cast === undefined || events === undefined)
    throw new StepError('recording-damaged', `half of the recording is missing: there is no ${relative('', cast === undefined ? files.cast : files.events)}`, `Record the step again: ${again}`, { params: { step: stepId } })
  return parseRecording(cast, events, { cast: relative('', files.cast), events: relative('', files.events), again, step: stepId })
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
