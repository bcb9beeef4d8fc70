import type { Deck } from '../deck/deck.ts'
import type { ErrorInfo } from '../protocol/error.ts'
import type { Expectation, Phase } from '../protocol/event.ts'
import type { Problem, Step } from '../protocol/step.ts'
import process from 'node:process'
import { parseDeck } from '../deck/parse.ts'
import { toErrorInfo } from '../protocol/error.ts'
import { isPassed } from '../protocol/event.ts'
import { foldRun } from '../protocol/fold.ts'
import { readRecording } from '../service/store.ts'
import { mayRun, runAll } from './run-all.ts'
import { formatResult, tellProblems } from './tell.ts'

/** A step in the report of `check --reporter json`: the contract of the command. */
interface CheckedStep {
  id: string
  slide: number
  ok: boolean
  phase: Phase
  durationMs: number
  expectations: Expectation[]
  recording: { at: string, fresh: boolean } | null
  skipped?: { code: string, message: string }
  error?: ErrorInfo
}

export interface CheckOptions { deck: string, mode: 'live' | 'replay', reporter: 'text' | 'json', trust: boolean }

/** `kamishibai check`: runs or folds every step and judges it; resolves with the exit code. */
export async function check({ deck: path, mode, reporter, trust }: CheckOptions): Promise<number> {
  const deck = await parseDeck(path)
  if (mode === 'live' && !mayRun(trust)) {
    console.error('Nothing was run: without a terminal to ask at, check --mode live needs --trust.')
    return 2
  }
  const text = reporter === 'text'
  const problems: Problem[] = [...deck.problems]
  const steps = mode === 'live' ? await checkLive(deck, problems, text) : await Promise.all(deck.steps.map(step => checkRecording(deck, step)))
  const ok = steps.every(step => step.ok) && !problems.some(problem => problem.severity === 'error')
  if (text) {
    tellProblems(problems, process.stdout)
    if (mode === 'replay') {
      for (const { id, slide, ok: stepOk, error } of steps)
        process.stdout.write(`${stepOk ? '✓' : '✗'} ${id.padEnd(20)} slide ${slide}${error ? `\n    ${error.message}. ${error.hint}` : ''}\n`)
    }
    process.stdout.write(`${steps.filter(step => step.ok).length} of ${steps.length} steps ok\n`)
  }
  else {
    process.stdout.write(`${JSON.stringify({ deck: deck.name, mode, ok, problems, steps }, null, 2)}\n`)
  }
  return ok ? 0 : 1
}

async function checkLive(deck: Deck, problems: Problem[], text: boolean): Promise<CheckedStep[]> {
  const steps: CheckedStep[] = []
  await runAll(deck, deck.steps, async (result) => {
    const { step, outcome, skipped } = result
    const stored = await checkRecording(deck, step)
    if (!stored.ok)
      problems.push({ severity: 'warning', file: step.file, line: step.line, column: step.column, code: stored.error!.code, message: stored.error!.message, hint: stored.error!.hint })
    steps.push({ id: step.id, slide: step.slide, ok: isPassed(outcome.phase), phase: outcome.phase, durationMs: Math.round(outcome.durationMs), expectations: outcome.expectations, recording: stored.recording, skipped, error: outcome.error })
    if (text)
      process.stdout.write(`${formatResult(result)}\n`)
  })
  return steps
}

/** Folds the recording of a step: it must be there, fresh, and green. */
async function checkRecording(deck: Deck, step: Step): Promise<CheckedStep> {
  const base = { id: step.id, slide: step.slide, ok: false, phase: 'idle' as Phase, durationMs: 0, expectations: [], recording: null }
  const again = `Record it: kamishibai record --only ${step.id}`
  try {
    const recording = await readRecording(deck, step.id)
    if (!recording)
      return { ...base, error: { code: 'no-recording', message: `the step ${step.id} has no recording`, hint: again } }
    const { header } = recording
    const { phase, expectations } = foldRun(recording.events)
    const fresh = header.hash === step.hash
    const wrong = header.expectations.find(expectation => !expectation.ok)
    const error: ErrorInfo | undefined = !fresh
      ? { code: 'recording-stale', message: `the recording of ${step.id} is stale: the step has changed since`, hint: again }
      : !isPassed(header.phase) || wrong
          ? { code: 'expectation', message: wrong ? `in the recording ${wrong.text} does not hold` : `the recorded run ${header.phase}`, hint: again }
          : undefined
    return { ...base, ok: !error, phase, durationMs: header.durationMs, expectations, recording: { at: header.recordedAt, fresh }, error }
  }
  catch (error) {
    return { ...base, error: toErrorInfo(error) }
  }
}
