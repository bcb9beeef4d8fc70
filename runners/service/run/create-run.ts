import type { Pipe } from '../../protocol/event.ts'
import type { Runner, RunnerConfig } from '../../protocol/runner.ts'
import type { Step } from '../../protocol/step.ts'
import type { Engines } from './engines.ts'
import type { RunLog } from './log.ts'
import type { Redactor, Rule } from './redact.ts'
import type { Shells } from './shells.ts'
import type { States } from './states.ts'
import type { LiveRun, Outcome } from './types.ts'
import { join } from 'node:path'
import { StepError } from '../../protocol/error.ts'
import { isFinal, isPassed } from '../../protocol/event.ts'
import { LABELS } from '../../protocol/runner.ts'
import { createLog } from './log.ts'
import { tailOf, toRecording } from './recording.ts'
import { redactRecording } from './redact-recording.ts'

/** More warnings of one run say no more. */
const MOST_PIPES = 10

/** What all runs of a session share. */
export interface RunWorld {
  config: RunnerConfig
  engines: Engines
  shells: Shells
  states: States
  /** Takes secrets out of what is shown. */
  redactor: Redactor
  /** What is taken out of recordings. */
  recordingRules: Rule[]
  replay: Runner
}

/** Makes the session's `n`th run, of `step`: its log, and what can be asked of it. Its caller carries it out. */
export function createRun(world: RunWorld, step: Step, n: number, mode: 'live' | 'replay'): LiveRun {
  const { config, engines, states, redactor } = world
  const signal = new AbortController()
  let onInput: (data: string) => void = () => {}
  let onResize: (cols: number, rows: number) => void = () => {}
  const log = createLog({
    cols: step.cols,
    rows: step.rows,
    spool: join(config.privateDir, `run-${n}.jsonl`),
    onReply: mode === 'live' ? data => onInput(data) : undefined,
  })
  const block = createBlock(states, step, log)
  const moment = Promise.withResolvers<Outcome>()
  const over = Promise.withResolvers<void>()
  const tail = new AbortController()
  const startedAt = Date.now()
  const tailEnd = moment.promise.then(async (outcome) => {
    await tailOf(log, tail.signal)
    return { outcome, last: log.state.seq }
  })
  const pipes: Pipe[] = []
  return {
    info: { n, step: step.id, mode, hash: step.hash, startedAt, cols: step.cols, rows: step.rows },
    step,
    log,
    moment: moment.promise,
    over: over.promise,
    async recorded() {
      const { outcome, last } = await tailEnd
      const recording = await toRecording(step, log, outcome, engines.versions(), new Date(startedAt), last)
      return redactRecording(recording, world.recordingRules)
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
    runner: engines.get(step.runner) ?? world.replay,
    signal,
    redactor,
    outputLimit: config.settings.limits.outputMiB * 1024 * 1024,
    context: {
      labels: { ...config.labels, [LABELS.step]: step.id },
      found: () => states.find(step),
      leave: block.leave,
      endedAt: block.endedAt,
      pipeFailed({ line, code }) {
        const text = redactor.text(step.code.split('\n')[line - 1]?.trim() ?? '')
        if (pipes.length < MOST_PIPES && !pipes.some(pipe => pipe.line === line))
          pipes.push({ line, code, text })
      },
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
    healthy: engines.healthy,
    holds: engines.holds,
    endLine: block.endLine,
    pipes: () => pipes,
    onMoment(outcome) {
      block.settle(outcome)
      moment.resolve(outcome)
    },
    onOver: over.resolve,
  }
}

/** What the shell's block of a run tells of its end, and what it leaves to the next. */
interface Block {
  endLine: LiveRun['endLine']
  endedAt: (line: number) => void
  leave: (state: string) => void
  /** Takes the run's moment in. */
  settle: (outcome: Outcome) => void
}

function createBlock(states: States, step: Step, log: RunLog): Block {
  let left: string | undefined
  let endLine: number | undefined
  return {
    endLine: () => endLine,
    endedAt: line => void (endLine = line),
    leave(state) {
      left = state
      // A terminal that its presenter closes; any other block that outlived its moment leaves nothing.
      if (step.verb === 'terminal' && isPassed(log.state.phase))
        states.keep(step, state)
    },
    settle({ phase }) {
      if (!isPassed(phase))
        states.fail(step)
      else if (left !== undefined)
        states.keep(step, left)
    },
  }
}
