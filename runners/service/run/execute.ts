import type { Expectation } from '../../protocol/event.ts'
import type { LiveRun } from './types.ts'
import { isStepError, StepError, toErrorInfo } from '../../protocol/error.ts'
import { isFinal, isPassed } from '../../protocol/event.ts'
import { reachMoment } from './moment.ts'

/**
 * How long the start of what may be a secret is kept back, in ms: parts of one write come closer together, and a typed
 * letter is not late.
 */
const HELD = 8

/** What its caller brings to a live run. */
export interface Backing {
  /** Brings what the step needs; throws StepError when it cannot be had. */
  prepare: () => Promise<void>
  /** Resolves when what the step runs on is lost; the run fails of it. */
  lost: (signal: AbortSignal) => Promise<StepError | undefined>
  /** Tells what a failure of the step really was. */
  diagnose: (error: unknown) => Promise<unknown>
}

/** Runs a step on its runner and brings its log through the phases; resolves when the run is over, never rejects. */
export async function executeLive(run: LiveRun, { prepare, lost, diagnose }: Backing): Promise<void> {
  const { log, signal } = run
  const over = new AbortController()
  try {
    await prepare()
    signal.signal.throwIfAborted()
    log.append({ type: 'phase', phase: 'running' })
    const since = log.now()
    const started = Promise.withResolvers<void>()
    const ended = startRunner(run, started.resolve)
    void lost(AbortSignal.any([signal.signal, over.signal])).then(error => error && signal.abort(error))
    await reachMoment(run, { started: started.promise, ended }, since)
    await ended
    signal.signal.throwIfAborted()
    if (log.state.phase === 'ready')
      log.append({ type: 'phase', phase: 'exited', expectations: log.state.expectations })
  }
  catch (error) {
    fail(run, signal.signal.aborted ? error : await diagnose(error))
  }
  finally {
    over.abort()
  }
}

async function startRunner(
  { step, log, runner, context, signal, redactor, outputLimit }: LiveRun,
  started: () => void,
): Promise<void> {
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
      started,
      signal: signal.signal,
      drained: log.drained,
      emit(payload) {
        if (payload.type !== 'output') {
          show(payload.type === 'exit' ? output.flush() : output.idle())
          return void log.append(redactor.payload(payload))
        }
        // Beyond the limit nothing is kept, however long the program takes to end.
        if (log.received > outputLimit)
          return
        show(output.push(payload.data))
        // What may be the start of a secret by chance, and does not go on, is shown.
        clearTimeout(timer)
        timer = setTimeout(() => show(output.idle()), HELD)
        if (log.received > outputLimit && !signal.signal.aborted) {
          const limit = Math.round(outputLimit / 1024 / 1024)
          signal.abort(new StepError('output-limit', `the step wrote more than ${limit} MiB`, 'Raise `limits.outputMiB` in the headmatter, or write less.', { params: { mebibytes: limit } }))
        }
      },
    })
  }
  finally {
    flush()
  }
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
