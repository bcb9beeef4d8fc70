import type { Deck } from '../../deck/deck.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Step } from '../../protocol/step.ts'
import type { Outcome } from '../../service/run/types.ts'
import process from 'node:process'
import { isPassed } from '../../protocol/event.ts'
import { drawLog } from '../../protocol/screen.ts'
import { createService } from '../../service/service.ts'
import { sweepEarlier, tellEnd } from '../commands/sweep.ts'
import { say } from '../io/say.ts'
import { askTrust } from '../io/trust.ts'
import { onClosedPipe } from '../process/closed-pipe.ts'
import { ENDS, onInterrupt } from '../process/ending.ts'
import { createWaiting } from '../process/waiting.ts'

/** How one step went. */
export interface StepResult {
  step: Step
  outcome: Outcome
  recording?: Recording
  /** The last lines of what a failed step wrote. */
  output?: string[]
  /** `requires`: this machine lacks something; `needs-failed`: a step before it failed. */
  skipped?: { code: 'requires' | 'needs-failed', message: string }
}

/** Whether a step went wrong: what this machine cannot run did not. */
export function isFailure({ outcome, skipped }: StepResult): boolean {
  return skipped?.code !== 'requires' && !isPassed(outcome.phase)
}

/** Whether the deck's steps may run here; says why where they may not. */
export async function mayRun(deck: Deck, trust: boolean, command: string): Promise<boolean> {
  const answer = await askTrust(deck, { trust })
  if (answer === 'unasked')
    say.error(`Nothing was run: ${deck.name}.md is not approved, and there is no terminal to ask at. To run its steps all the same: ${command} --trust`)
  if (answer === 'declined')
    say.info('Nothing was run.')
  return answer === 'trusted'
}

/** The steps of `ids` with all that they need, in the deck's order; all steps without `ids`. */
export function selectSteps(deck: Deck, ids: string[]): Step[] {
  const wanted = new Set<string>()
  const want = (id: string): void => {
    if (wanted.has(id))
      return
    wanted.add(id)
    deck.steps.find(step => step.id === id)?.needs.forEach(want)
  }
  ids.forEach(want)
  return deck.steps.filter(step => !ids.length || wanted.has(step.id))
}

/** What {@link runAll} tells as it goes. */
export interface RunAllOptions {
  onResult: (result: StepResult) => Promise<void> | void
  /** What there is of the steps so far, for who ends it before it is done: `2 of 5 steps recorded`. */
  sumUp: (results: StepResult[]) => string
}

/**
 * Runs `steps` live, one after the other, and cleans up; after a failure only what needs the failed step is skipped.
 * When the process is asked to end, it ends, once all that the session created is gone. A terminal shows what runs.
 */
export async function runAll(deck: Deck, steps: Step[], { onResult, sumUp }: RunAllOptions): Promise<StepResult[]> {
  await sweepEarlier(deck)
  const service = await createService({ deck, mode: 'live', live: true })
  const results: StepResult[] = []
  const failed = new Set<string>()
  let stopped = false
  let closing: Promise<void> | undefined
  const waiting = process.stderr.isTTY ? createWaiting() : undefined
  const close = (): Promise<void> => closing ??= service.close().then((clean) => {
    tellEnd(clean)
    if (stopped && clean)
      say.success('Nothing is left behind.')
  })
  const end = (code: number): void => {
    if (stopped)
      return
    stopped = true
    waiting?.end()
    say.warn(`Ended before it was done: ${sumUp(results)}. Removing what was started …`)
    void close().finally(() => process.exit(code))
  }
  const crash = (error: unknown): void => {
    say.error(error)
    end(1)
  }
  const offInterrupt = onInterrupt(n => n > 1 ? process.exit(ENDS.SIGINT) : end(ENDS.SIGINT))
  const offPipe = onClosedPipe(() => end(ENDS.SIGHUP))
  const handlers = (['SIGTERM', 'SIGHUP'] as const).map(signal => [signal, () => end(ENDS[signal])] as const)
  // A closed terminal may say so twice: one that nobody hears would end the process in the middle of this.
  handlers.forEach(([signal, handler]) => process.on(signal, handler))
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  try {
    for (const [i, step] of steps.entries()) {
      waiting?.tell(`${step.id} runs`, i, steps.length)
      const result = await runOne(step)
      // What is cancelled on the way out is no result; `end` ends the process.
      if (stopped)
        await new Promise(() => {})
      if (isFailure(result))
        failed.add(step.id)
      waiting?.end()
      results.push(result)
      await onResult(result)
    }
  }
  finally {
    await close()
    offInterrupt()
    offPipe()
    handlers.forEach(([signal, handler]) => process.off(signal, handler))
    process.off('uncaughtException', crash)
    process.off('unhandledRejection', crash)
  }
  return results

  async function runOne(step: Step): Promise<StepResult> {
    const lack = service.session.lackOf(step)
    const missing = step.needs.find(id => failed.has(id))
    const skipped: StepResult['skipped'] = lack ? { code: 'requires', message: lack.message } : missing ? { code: 'needs-failed', message: `needs ${missing}, which failed` } : undefined
    if (skipped)
      return { step, outcome: { phase: 'idle', expectations: [], durationMs: 0 }, skipped }
    // A step further up may have needed this one, and may need what it left running.
    const run = service.session.runOf(step.id) ?? service.session.start(step.id)
    const outcome = await run.moment
    const recording = await run.recorded()
    // It would stay open, and keep its shell from the steps that follow.
    if (step.verb === 'terminal') {
      run.cancel('it is recorded')
      await run.over
    }
    return { step, outcome, recording, ...!isPassed(outcome.phase) && { output: await lastLines(recording) } }
  }
}

/** Lines that say why a program ended are its last ones. */
const LINES = 5
/** Characters of a line; a longer one is no sentence. */
const LENGTH = 200

/**
 * The end of what a run wrote, as its terminal showed it: redacted as recordings are, and without control sequences.
 */
async function lastLines(recording: Recording): Promise<string[]> {
  const screen = await drawLog(recording)
  const lines = screen.text().split('\n').filter(line => line.trim())
  screen.dispose()
  return lines.slice(-LINES).map((line) => {
    const characters = [...line.trimEnd()]
    return characters.length > LENGTH ? `${characters.slice(0, LENGTH - 1).join('')}…` : characters.join('')
  })
}
