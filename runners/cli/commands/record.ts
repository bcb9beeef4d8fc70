import type { Deck } from '../../deck/deck.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { StepResult } from '../check/run-all.ts'
import process from 'node:process'
import { storyOf } from '../../deck/graph.ts'
import { parseDeck } from '../../deck/parse.ts'
import { unsetProblems } from '../../deck/unset-names.ts'
import { StepError } from '../../protocol/error.ts'
import { differenceOf } from '../../protocol/essence.ts'
import { isPassed } from '../../protocol/event.ts'
import { parseDuration } from '../../protocol/headmatter.ts'
import { nearest } from '../../protocol/suggest.ts'
import { readRun } from '../../service/store/kept.ts'
import { readRecording, saveRecording, writeRecording } from '../../service/store/recordings.ts'
import { presenterOf } from '../../service/store/talk.ts'
import { formatDifference, namePartsOf } from '../check/difference.ts'
import { isFailure, mayRun, runAll, selectSteps } from '../check/run-all.ts'
import { withContext } from '../io/context.ts'
import { say } from '../io/say.ts'
import { formatResult, tellProblems } from '../io/tell.ts'
import { trimRecordings } from '../record/trim.ts'
import { checkRecordingWrites } from '../slidev/writable.ts'

export interface RecordOptions {
  deck: string
  /** These steps, with what they need; all where it is empty. */
  only: string[]
  /** A run of an earlier session, or a step: that run becomes the recording, and nothing runs. */
  keep?: string
  /** The longest pause that a recording keeps, like `2s`; nothing runs. */
  trim?: string
  trust: boolean
  /** The Kubernetes context for the steps. @default the one that is found */
  context?: string
}

/** `kamishibai record`: runs the steps live and writes what changed; resolves with the exit code. */
export async function record({ deck: path, only, keep: kept, trim, trust, context }: RecordOptions): Promise<number> {
  const deck = withContext(await parseDeck(path), context)
  checkRecordingWrites(deck)
  if (kept !== undefined)
    return keepAsRecording(deck, kept)
  const unknown = only.find(id => !deck.steps.some(step => step.id === id))
  if (unknown !== undefined) {
    const ids = deck.steps.map(({ id }) => id)
    const near = nearest(unknown, ids)
    const hint = near ? `Did you mean ${near}?` : `Its steps: ${ids.join(', ')}.`
    throw new StepError('unknown-step', `The deck has no step ${unknown}`, hint)
  }
  const limit = trim === undefined ? undefined : parseDuration(trim)
  if (trim !== undefined && !limit) {
    say.error(`--trim ${trim} is no duration: write 500ms, 2s or 1m.`)
    return 2
  }
  if (limit)
    return trimRecordings(deck, only, limit)
  if (!await mayRun(deck, trust, 'record'))
    return 2
  const presenter = await presenterOf(deck.file, process.env)
  if (presenter !== undefined)
    say.warn(`${deck.name}.md is being presented (pid ${presenter}): the ports, names and tags of that talk are taken until it ends.`)
  tellProblems(deck, [...deck.problems, ...unsetProblems(deck, process.env)], process.stderr)
  const steps = selectSteps(deck, only)
  const keep = createKeeper(deck)
  const sumUp = (results: StepResult[]): string => {
    const skipped = results.filter(result => result.skipped?.code === 'requires').length
    return `${results.length - results.filter(isFailure).length - skipped} of ${steps.length} steps recorded${skipped ? `, ${skipped} skipped` : ''}`
  }
  const results = await runAll(deck, steps, {
    sumUp,
    async onResult(result) {
      const passed = isPassed(result.outcome.phase)
      const chosen = !only.length || only.includes(result.step.id)
      const kept = !result.skipped && chosen && passed ? await keep(result.recording!) : undefined
      const note = result.skipped ? 'its recording stays' : !chosen ? 'needed only' : kept?.note ?? 'not written'
      const lines = [formatResult(deck, result, note), ...kept?.lines.map(line => `    ${line}`) ?? []]
      process.stdout.write(`${lines.join('\n')}\n`)
    },
  })
  process.stdout.write(`${sumUp(results)}\n`)
  return results.some(isFailure) || results.length < steps.length || deck.problems.some(p => p.severity === 'error') ? 1 : 0
}

/** What was done with a recording, and the lines of its output that it changed. */
interface Kept { note: string, lines: string[] }

/**
 * Writes the recordings that changed. A view shows what the steps of one story made, by names that chance gave it:
 * where one of them is written, so are the others of the session. Says of each what it did.
 */
function createKeeper(deck: Deck): (recording: Recording) => Promise<Kept> {
  const unchanged = new Map<string, Recording>()
  const written = new Set<string>()
  return async (recording) => {
    const { step: id } = recording.header
    const story = storyOf(id, deck.steps)
    const before = await readRecording(deck, id).catch(() => undefined)
    if (![...story].some(other => written.has(other)) && !await writeRecording(deck, recording)) {
      unchanged.set(id, recording)
      return { note: 'unchanged', lines: [] }
    }
    const earlier = [...story].filter(other => unchanged.has(other))
    for (const each of [recording, ...earlier.map(other => unchanged.get(other)!)])
      await saveRecording(deck, each)
    earlier.forEach(other => unchanged.delete(other))
    story.forEach(other => written.add(other))
    const difference = before && await differenceOf(before, recording)
    const changed = difference ? `: ${namePartsOf(difference)} changed` : ''
    return {
      note: `written${changed}${earlier.length ? `, and with it ${earlier.join(', ')}, whose objects it shows` : ''}`,
      lines: difference ? formatDifference(difference) : [],
    }
  }
}

/** Makes a run that was kept the recording of its step: the good run of last night is the rescue of today. */
async function keepAsRecording(deck: Deck, wanted: string): Promise<number> {
  const run = await readRun(deck, wanted)
  const { step: id, hash, recordedAt, phase } = run.header
  const step = deck.steps.find(({ id: other }) => other === id)
  if (!step || !isPassed(phase)) {
    say.error(step ? `The run of ${id} ${phase}: it would be no rescue.` : `The deck has no step ${id} any more.`)
    return 1
  }
  await saveRecording(deck, run)
  process.stdout.write(`${id} now plays the run of ${recordedAt}.\n`)
  if (hash !== step.hash)
    say.warn(`${id} was changed since then: check will call the recording stale.`)
  return 0
}
