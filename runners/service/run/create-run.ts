import type { RunContext, Runner, RunnerConfig } from '../../protocol/runner.ts'
import type { Step } from '../../protocol/step.ts'
import type { Engines } from '../session/engines.ts'
import type { LiveRun, Outcome, Run } from './execute.ts'
import type { Redactor, Rule } from './redact.ts'
import type { States } from './states.ts'
import { join } from 'node:path'
import { StepError } from '../../protocol/error.ts'
import { isFinal, isPassed } from '../../protocol/event.ts'
import { LABELS } from '../../protocol/runner.ts'
import { createLog } from './log.ts'
import { tailOf, toRecording } from './recording.ts'
import { redactRecording } from './redact-recording.ts'

/** What all runs of a session share. */
export interface RunWorld {
  config: RunnerConfig
  engines: Engines
  /** Takes secrets out of what is shown. */
  redactor: Redactor
  /** What is taken out of recordings. */
  recordingRules: Rule[]
  replay: Runner
  openShell: RunContext['openShell']
  states: States
}

/** A run of a step, the session's `n`th: its log, and what can be asked of it. `execute` carries it out, once the caller has it. */
export function createRun(world: RunWorld, step: Step, n: number, mode: 'live' | 'replay', execute: (live: LiveRun, run: Run) => Promise<void>): Run {
  const { config, engines, redactor, states } = world
  const signal = new AbortController()
  let onInput: (data: string) => void = () => {}
  let onResize: (cols: number, rows: number) => void = () => {}
  let left: string | undefined
  let endLine: number | undefined
  const log = createLog({ cols: step.cols, rows: step.rows, spool: join(config.privateDir, `run-${n}.jsonl`), onReply: mode === 'live' ? data => onInput(data) : undefined })
  const moment = Promise.withResolvers<Outcome>()
  const over = Promise.withResolvers<void>()
  const tail = new AbortController()
  const startedAt = Date.now()
  const tailEnd = moment.promise.then(async (outcome) => {
    await tailOf(log, tail.signal)
    return { outcome, last: log.state.seq }
  })
  const run: Run = {
    info: { n, step: step.id, mode, startedAt, cols: step.cols, rows: step.rows },
    step,
    log,
    moment: moment.promise,
    over: over.promise,
    async recorded() {
      const { outcome, last } = await tailEnd
      return redactRecording(await toRecording(step, log, outcome, engines.versions(), new Date(startedAt), last), world.recordingRules)
    },
    endTail: () => tail.abort(),
    cancel: reason => signal.abort(new StepError('cancelled', reason)),
    input: data => onInput(data),
    resize(cols, rows) {
      if ((cols === log.state.cols && rows === log.state.rows) || isFinal(log.state.phase))
        return
      log.append({ type: 'resize', cols, rows })
      onResize(cols, rows)
    },
  }
  const live: LiveRun = {
    step,
    log,
    runner: engines.get(step.runner) ?? world.replay,
    signal,
    redactor,
    outputLimit: config.settings.limits.outputMiB * 1024 * 1024,
    context: {
      labels: { ...config.labels, [LABELS.step]: step.id },
      openShell: world.openShell,
      found: () => states.find(step),
      leave(state) {
        left = state
        // A terminal that its presenter closes; any other block that outlived its moment leaves nothing.
        if (step.verb === 'terminal' && isPassed(log.state.phase))
          states.keep(step, state)
      },
      endedAt: line => void (endLine = line),
      dial: engines.dial,
      onInput: handler => void (onInput = handler),
      onResize(handler) {
        onResize = handler
        const { cols, rows } = log.state
        // A window may have been faster.
        if (cols !== step.cols || rows !== step.rows)
          handler(cols!, rows!)
      },
    },
    prepare: async () => {},
    healthy: engines.healthy,
    holds: engines.holds,
    endLine: () => endLine,
    onMoment(outcome) {
      if (!isPassed(outcome.phase))
        states.fail(step)
      else if (left !== undefined)
        states.keep(step, left)
      moment.resolve(outcome)
    },
  }
  // The caller registers the run before anything of it happens.
  queueMicrotask(() => void execute(live, run).finally(() => over.resolve()))
  return run
}
