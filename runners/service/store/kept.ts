import type { Deck } from '../../deck/deck.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Run } from '../run/types.ts'
import type { Session } from '../session/session.ts'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StepError } from '../../protocol/error.ts'
import { formatRecording } from '../../protocol/format-recording.ts'
import { parseRecording } from '../../protocol/parse-recording.ts'

/** Runs of a deck that are kept; older ones go. */
const KEPT = 20
/** Runs with more output are not kept, in characters. */
const LONGEST = 16 * 1024 * 1024
const RE_NAME = /^(\d{8}-\d{6})-(.+)\.cast$/

/** Where what is kept of a deck lies: beside it, out of git's sight. */
export function keptFolder({ dir, name }: Pick<Deck, 'dir' | 'name'>, kind: 'runs' | 'rehearsals'): string {
  return join(dir, '.kamishibai', kind, name)
}

/** Makes {@link keptFolder} where it is missing. */
export async function openKeptFolder(deck: Pick<Deck, 'dir' | 'name'>, kind: 'runs' | 'rehearsals'): Promise<string> {
  const folder = keptFolder(deck, kind)
  await mkdir(folder, { recursive: true })
  await writeFile(join(deck.dir, '.kamishibai', '.gitignore'), '*\n')
  return folder
}

/** A time (ISO 8601) as names of kept files begin, in UTC: `20261124-210311`. */
export function stampOf(at: string): string {
  return at.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
}

/** A live run that was kept; `name` is its start in UTC and its step: `20261124-210311-hello`. */
export interface KeptRun { name: string, step: string, at: string }

/** Keeps every live run of the session, once its tail has ended. */
export function keepRuns(session: Session): void {
  const seen = new Set<Run>()
  session.subscribe((run) => {
    if (seen.has(run) || run.info.mode !== 'live')
      return
    seen.add(run)
    // Runs are kept for a rescue: that one could not be kept must disturb no talk.
    void run.moment.then(async () => {
      if (run.log.state.outputLength <= LONGEST)
        await keepRun(session.deck, await run.recorded())
    }).catch(() => {})
  })
}

/** Writes a run beside the deck's others, and lets the oldest go. */
export async function keepRun(deck: Deck, recording: Recording): Promise<void> {
  const dir = await openKeptFolder(deck, 'runs')
  const base = join(dir, `${stampOf(recording.header.recordedAt)}-${recording.header.step}`)
  const { cast, events } = formatRecording(recording)
  await writeFile(`${base}.events.jsonl`, events)
  await writeFile(`${base}.cast`, cast)
  for (const { name } of (await listRuns(deck)).slice(KEPT)) {
    await rm(join(dir, `${name}.cast`), { force: true })
    await rm(join(dir, `${name}.events.jsonl`), { force: true })
  }
}

/** The runs that were kept, latest first. */
export async function listRuns(deck: Deck): Promise<KeptRun[]> {
  const files = await readdir(keptFolder(deck, 'runs')).catch(() => [])
  return files.sort().reverse().flatMap((file) => {
    const [, at, step] = RE_NAME.exec(file) ?? []
    return step ? [{ name: file.slice(0, -'.cast'.length), step, at: at! }] : []
  })
}

/** A kept run by its name, or the last one of a step; throws StepError where there is none, or it is damaged. */
export async function readRun(deck: Deck, wanted: string): Promise<Recording> {
  const runs = await listRuns(deck)
  const found = runs.find(({ name }) => name === wanted) ?? runs.find(({ step }) => step === wanted)
  if (!found)
    throw new StepError('not-found', `there is no run ${wanted}`, runs.length ? `These are kept: ${runs.map(({ name }) => name).join(', ')}.` : 'No live run of this deck was kept yet.')
  const base = join(keptFolder(deck, 'runs'), found.name)
  return parseRecording(await readFile(`${base}.cast`, 'utf8'), await readFile(`${base}.events.jsonl`, 'utf8'))
}
