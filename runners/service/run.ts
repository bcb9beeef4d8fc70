import type { ErrorInfo } from '../protocol/error.ts'
import type { Expectation, LogEvent, Phase } from '../protocol/event.ts'
import type { RunState } from '../protocol/fold.ts'
import type { Recording } from '../protocol/recording.ts'
import type { Health, RunContext, Runner } from '../protocol/runner.ts'
import type { Condition, Step } from '../protocol/step.ts'
import type { RunInfo } from '../protocol/wire.ts'
import type { RunLog } from './log.ts'
import type { Redactor } from './redact.ts'
import { isStepError, StepError, toErrorInfo } from '../protocol/error.ts'
import { isFinal, isPassed } from '../protocol/event.ts'
import { judgeAll, untilAll } from './conditions.ts'

/** How a run stood at its moment: ready, or over. */
export interface Outcome {
  phase: Phase
  expectations: Expectation[]
  error?: ErrorInfo
  durationMs: number
}

/** One execution of a step. */
export interface Run {
  info: RunInfo
  step: Step
  log: RunLog
  /** Settles at the run's moment; never rejects. */
  moment: Promise<Outcome>
  /** Settles when nothing of the run goes on any more. */
  over: Promise<void>
  /** The recording, once the tail that follows the moment has ended; made from the log when it is asked for. */
  recorded: () => Promise<Recording>
  /** Ends what still goes on; `reason` is what the log will say. */
  cancel: (reason: string) => void
  input: (data: string) => void
  resize: (cols: number, rows: number) => void
}

/** How long the start of what may be a secret is kept back, in ms: parts of one write come closer together, and a typed letter is not late. */
const HELD = 8
/** How long nothing must change after the moment for the recording to end, and the longest it goes on, in ms. */
const TAIL = { quiet: 1000, longest: 5000 }

/** Everything {@link executeLive} needs. */
export interface LiveRun {
  step: Step
  log: RunLog
  runner: Runner
  context: Omit<RunContext, 'emit' | 'signal' | 'drained'>
  signal: AbortController
  /** Takes secrets out of all that the runner tells, before anybody sees it. */
  redactor: Redactor
  outputLimit: number
  /** Brings what the step needs; throws StepError when it cannot be had. */
  prepare: () => Promise<void>
  /** What a failure of the step really was; by default itself. */
  diagnose?: (error: unknown) => Promise<unknown>
  healthy: (name: string) => Promise<Health | undefined>
  holds: (condition: Condition) => Promise<Expectation | undefined>
  /** Called once, with the run's moment. */
  onMoment: (outcome: Outcome) => void
}

/** Runs a step on its runner and brings its log through the phases; resolves when the run is over, never rejects. */
export async function executeLive(run: LiveRun): Promise<void> {
  const { log, signal } = run
  try {
    await run.prepare()
    signal.signal.throwIfAborted()
    log.append({ type: 'phase', phase: 'running' })
    const started = log.now()
    const ended = startRunner(run)
    await reachMoment(run, ended, started)
    await ended
    signal.signal.throwIfAborted()
    if (log.state.phase === 'ready')
      log.append({ type: 'phase', phase: 'exited', expectations: log.state.expectations })
  }
  catch (error) {
    fail(run, signal.signal.aborted ? error : await run.diagnose?.(error) ?? error)
  }
}

async function startRunner({ step, log, runner, context, signal, redactor, outputLimit }: LiveRun): Promise<void> {
  const output = redactor.stream()
  let timer: NodeJS.Timeout | undefined
  const show = (data: string): void => {
    if (data)
      log.append({ type: 'output', data })
  }
  const flush = (): void => {
    clearTimeout(timer)
    show(output.flush())
  }
  try {
    await runner.run(step, {
      ...context,
      signal: signal.signal,
      drained: log.drained,
      emit(payload) {
        if (payload.type !== 'output') {
          flush()
          return void log.append(redactor.payload(payload))
        }
        // Beyond the limit nothing is kept, however long the program takes to end.
        if (log.received > outputLimit)
          return
        show(output.push(payload.data))
        // What may be the start of a secret, and does not go on, is none.
        clearTimeout(timer)
        timer = setTimeout(flush, HELD)
        if (log.received > outputLimit && !signal.signal.aborted) {
          const limit = Math.round(outputLimit / 1024 / 1024)
          signal.abort(new StepError('output-limit', `the step wrote more than ${limit} MiB`, 'Raise `limits.outputMiB` in the headmatter, or write less.'))
        }
      },
    })
  }
  finally {
    flush()
  }
}

async function reachMoment(run: LiveRun, ended: Promise<void>, started: number): Promise<void> {
  const { step, log, signal } = run
  const world = { log, healthy: run.healthy, holds: run.holds, dial: run.context.dial, signal: signal.signal }
  let judgements: Expectation[] = []
  const timer = setTimeout(() => signal.abort(timeoutError(step, judgements)), step.timeoutMs)
  try {
    if (step.until.length)
      await Promise.race([untilAll(step.until, world, results => void (judgements = results)), failedEnd(run, ended)])
    else
      await ended
    signal.signal.throwIfAborted()
  }
  finally {
    clearTimeout(timer)
  }
  // The default `exit=0` says nothing of what still runs.
  const judged = step.expect.filter(c => c.type !== 'exit' || log.state.exit || !step.until.length)
  const expectations = await judgeAll(judged, world)
  const wrong = expectations.find(e => !e.ok)
  if (wrong)
    throw Object.assign(expectationError(step, wrong, log), { expectations })
  const phase = step.until.length ? 'ready' : 'exited'
  log.append({ type: 'phase', phase, expectations })
  run.onMoment({ phase, expectations, durationMs: log.now() - started })
}

/** Rejects when the run ends in a way that `until` can no longer mend; else stays open. */
function failedEnd({ step, log }: LiveRun, ended: Promise<void>): Promise<never> {
  return new Promise((_, reject) => {
    ended.then(() => {
      const exit = log.state.exit ?? { code: 0 }
      const { code } = exit
      const judged = step.until.some(c => c.type === 'exit') || step.expect.some(c => c.type === 'exit' && (c.not || c.code === code))
      const gone = step.verb === 'container' && !step.until.some(c => c.type === 'exit')
      if (gone || (code !== 0 && !judged))
        reject(new StepError('exited-early', `it ended with ${exitWords(exit)} before ${step.until.map(c => c.text).join(' and ')}`, 'See its output.'))
    }, reject)
  })
}

/** What did not hold in time, and how it stood at the last look. */
function timeoutError(step: Step, judgements: Expectation[]): StepError {
  const missing = step.until.flatMap(({ text }) => {
    const { ok, detail } = judgements.find(judgement => judgement.text === text) ?? { ok: false }
    return ok ? [] : [`${text} did not hold${detail ? ` (${detail})` : ''}`]
  })
  return new StepError('timeout', `it took longer than ${step.timeoutMs / 1000} s${missing.map(text => ` and ${text}`).join('')}`, `Raise timeout= on the fence, or run it again.`)
}

function expectationError(step: Step, wrong: Expectation, log: RunLog): StepError {
  const { exit } = log.state
  if (wrong.text === 'exit=0' && exit)
    return new StepError('failed', `it ended with ${exitWords(exit)}`, exit.oom ? 'Raise mem_limit on the fence, or let it take less.' : 'See its output.')
  return new StepError('expectation', `${wrong.text} does not hold${wrong.detail ? `: ${wrong.detail}` : ''}`, 'See its output, or change expect= on the fence.')
}

/** How a program ended, as a person says it. */
function exitWords({ code, signal, oom }: NonNullable<RunState['exit']>): string {
  const why = oom ? ': it was killed because it ran out of memory' : signal ? `: ${signal} ended it` : ''
  return `exit code ${code}${why}`
}

function fail({ log, signal, onMoment }: LiveRun, thrown: unknown): void {
  const error = signal.signal.aborted ? signal.signal.reason as unknown : thrown
  const info = toErrorInfo(error)
  const cancelled = isStepError(error) && error.code === 'cancelled'
  if (!signal.signal.aborted)
    signal.abort(error)
  if (isFinal(log.state.phase))
    return
  if (isPassed(log.state.phase)) {
    if (!cancelled)
      log.append({ type: 'error', ...info })
    log.append({ type: 'phase', phase: cancelled ? 'cancelled' : 'failed', reason: info.message, expectations: log.state.expectations })
    return
  }
  const { expectations = [] } = thrown as { expectations?: Expectation[] }
  if (!cancelled)
    log.append({ type: 'error', ...info })
  const phase = cancelled ? 'cancelled' : 'failed'
  log.append({ type: 'phase', phase, reason: info.message, expectations })
  onMoment({ phase, expectations, error: info, durationMs: log.now() })
}

/** Resolves when the recording of a run may end: nothing changed for a second, five at most, or `next` came. */
export async function tailOf(log: RunLog, next: AbortSignal): Promise<void> {
  const moment = log.now()
  while (!next.aborted && log.now() - moment < TAIL.longest) {
    const quiet = log.now() - Math.max(log.lastChangeAt, moment)
    if (quiet >= TAIL.quiet)
      return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, Math.min(TAIL.quiet - quiet, TAIL.longest))
      next.addEventListener('abort', done, { once: true })
      function done(): void {
        clearTimeout(timer)
        next.removeEventListener('abort', done)
        resolve()
      }
    })
  }
}

/** The recording of a run as its log stands now, or as it stood at event `last`. */
export async function toRecording(step: Step, log: RunLog, outcome: Outcome, engines: Record<string, string>, recordedAt: Date, last = Infinity): Promise<Recording> {
  const events: LogEvent[] = []
  const images: Record<string, string> = {}
  for await (const event of log.all()) {
    if (event.seq > last)
      break
    events.push(event)
    if (event.type === 'resource' && typeof event.view.image === 'string' && typeof event.view.imageId === 'string')
      images[event.view.image] = event.view.imageId
  }
  return {
    header: {
      step: step.id,
      hash: step.hash,
      recordedAt: recordedAt.toISOString(),
      engines,
      images,
      durationMs: Math.round(outcome.durationMs),
      phase: outcome.phase,
      expectations: outcome.expectations,
    },
    cols: step.cols,
    rows: step.rows,
    events,
  }
}
