import type { Deck } from '../../deck/deck.ts'
import type { ErrorInfo } from '../../protocol/error.ts'
import type { Expectation, Phase } from '../../protocol/event.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Step } from '../../protocol/step.ts'
import { recordCommand } from '../../deck/record-command.ts'
import { toErrorInfo } from '../../protocol/error.ts'
import { isPassed } from '../../protocol/event.ts'
import { foldRun } from '../../protocol/fold.ts'
import { readRecording } from '../../service/store/recordings.ts'
import { recordingWarnings } from './recording-warnings.ts'

/** A step in the report of `check --reporter json`: the contract of the command. */
export interface CheckedStep {
  id: string
  slide: number
  ok: boolean
  phase: Phase
  /** Until its moment. */
  durationMs: number
  expectations: Expectation[]
  recording: { at: string, fresh: boolean } | null
  /** Why it was not run live. */
  skipped?: { code: string, message: string }
  error?: ErrorInfo
  /** The last lines of what it wrote live, where it failed. */
  output?: string[]
  /** Lines of its output that are not as recorded, and those that were, where it ran live. */
  difference?: string[]
}

/** What `check` found: the contract of `check --reporter json`. */
export interface CheckReport {
  deck: string
  mode: 'live' | 'replay'
  ok: boolean
  problems: Problem[]
  steps: CheckedStep[]
}

/** Folds the recording of a step: it must be there, fresh, and green. What it shows badly comes as warnings. */
export async function checkRecording(deck: Deck, step: Step): Promise<{ checked: CheckedStep, warnings: Problem[] }> {
  const base = { id: step.id, slide: step.slide, ok: false, phase: 'idle' as Phase, durationMs: 0, expectations: [], recording: null }
  try {
    const recording = await readRecording(deck, step.id)
    if (!recording)
      return { checked: { ...base, error: { code: 'no-recording', message: `the step ${step.id} has no recording`, hint: again(deck, step) } }, warnings: [] }
    const { header } = recording
    const { phase, expectations } = foldRun(recording.events)
    const error = errorOf(deck, step, recording)
    return {
      checked: {
        ...base,
        ok: !error,
        phase,
        durationMs: header.durationMs,
        expectations,
        recording: { at: header.recordedAt, fresh: header.hash === step.hash },
        error,
      },
      warnings: await recordingWarnings(step, recording),
    }
  }
  catch (error) {
    return { checked: { ...base, error: toErrorInfo(error) }, warnings: [] }
  }
}

function errorOf(deck: Deck, step: Step, { header: { hash, phase, expectations } }: Recording): ErrorInfo | undefined {
  if (hash !== step.hash)
    return { code: 'recording-stale', message: `the recording of ${step.id} is stale: the step has changed since`, hint: again(deck, step) }
  const wrong = expectations.find(expectation => !expectation.ok)
  if (!isPassed(phase) || wrong)
    return { code: 'expectation', message: wrong ? `in the recording ${wrong.text} does not hold` : `the recorded run ${phase}`, hint: again(deck, step) }
  return undefined
}

function again(deck: Deck, { id }: Step): string {
  return `Record it: ${recordCommand(deck, [id])}`
}
