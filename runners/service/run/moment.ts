import type { ErrorParams } from '../../protocol/error.ts'
import type { Expectation } from '../../protocol/event.ts'
import type { RunState } from '../../protocol/fold.ts'
import type { Step } from '../../protocol/step.ts'
import type { LiveRun } from './types.ts'
import { aborted } from '../../protocol/abort.ts'
import { StepError } from '../../protocol/error.ts'
import { isShell } from '../../protocol/program.ts'
import { onShownLine } from '../../protocol/shown-line.ts'
import { judgeAll, untilAll } from './conditions.ts'

/** A longer command is cut in an error, in characters. */
const LONGEST_COMMAND = 60

/** How a run goes on: `started` as its runner tells it, `ended` with it. */
export interface Course { started: Promise<void>, ended: Promise<void> }

/**
 * Waits for the moment of a run – its `until`, else its end – and judges what is expected then. Throws StepError where
 * it does not come, or goes wrong.
 */
export async function reachMoment(run: LiveRun, { started, ended }: Course, since: number): Promise<void> {
  const { step, log, signal } = run
  const { healthy, holds, context: { dial } } = run
  const world = { log, startedAt: since, healthy, holds, dial, signal: signal.signal }
  let judgements: Expectation[] = []
  async function untilHeld(): Promise<void> {
    await Promise.race([started, ended, aborted(signal.signal)])
    world.startedAt = log.now()
    await untilAll(step.until, world, results => void (judgements = results))
  }
  const timer = setTimeout(() => signal.abort(timeoutError(step, judgements)), step.timeoutMs)
  try {
    if (step.until.length)
      await Promise.race([untilHeld(), failedEnd(run, ended)])
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
    throw Object.assign(expectationError(run, wrong), { expectations })
  const phase = step.until.length ? 'ready' : 'exited'
  const pipes = run.pipes()
  log.append({ type: 'phase', phase, expectations, ...pipes.length && { pipes: [...pipes] } })
  run.onMoment({ phase, expectations, durationMs: log.now() - since })
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
        reject(new StepError('exited-early', `it ended with ${exitWords(exit)} before ${step.until.map(c => c.text).join(' and ')}`, 'See its output.', { params: { ...endOf(exit), until: step.until.map(c => c.text).join(', ') } }))
    }, reject)
  })
}

/** What did not hold in time, and how it stood at the last look. */
function timeoutError(step: Step, judgements: Expectation[]): StepError {
  const missing = step.until.flatMap(({ text }): Pick<Expectation, 'text' | 'detail'>[] => {
    const judged = judgements.find(judgement => judgement.text === text)
    return judged?.ok ? [] : [{ text, detail: judged?.detail }]
  })
  const seconds = step.timeoutMs / 1000
  // A server without `until` is waited for until it ends.
  const lasting = !step.until.length && ['run', 'exec', 'container'].includes(step.verb)
  const hint = lasting ? 'What is to go on, as a server does, needs until= on the fence; else raise timeout=, or run it again.' : 'Raise timeout= on the fence, or run it again.'
  return new StepError('timeout', `it took longer than ${seconds} s${missing.map(({ text, detail }) => ` and ${text} did not hold${detail ? ` (${detail})` : ''}`).join('')}`, hint, { params: { seconds, until: missing.map(({ text }) => text).join(', '), ...lasting && { lasting } } })
}

function expectationError({ step, log, endLine }: LiveRun, wrong: Expectation): StepError {
  const { exit } = log.state
  if (wrong.text === 'exit=0' && exit)
    return failedExit(step, exit, endLine())
  return new StepError('expectation', `${wrong.text} does not hold${wrong.detail ? `: ${wrong.detail}` : ''}`, 'See its output, or change expect= on the fence.', { params: { text: wrong.text, ...wrong.detail && { detail: wrong.detail } } })
}

/** What a program that failed is told of: the command of the block that it was, where the shell could say so. */
function failedExit(step: Step, exit: NonNullable<RunState['exit']>, told: number | undefined): StepError {
  const lines = step.code.split('\n')
  const at = told ?? (lines.length === 1 ? 1 : undefined)
  const command = at && lines[at - 1]?.trim()
  if (!at || !command)
    return new StepError('exit-code', `it ended with ${exitWords(exit)}`, exit.oom ? 'Raise mem_limit on the fence, or let it take less.' : 'See its output.', { params: endOf(exit) })
  const words = command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND - 1)}…` : command
  const place = step.codeFile ? '' : ` (${step.file}:${step.line + at})`
  const more = isShell(step.lang) ? ' A block ends at its first command that fails: where it may, write || true, or keep-going on the fence.' : ''
  const error = new StepError('exit-code', `${words} ended with ${exitWords(exit)}${place}`, `See its output.${more}`, { params: { ...endOf(exit), text: words }, line: at })
  return onShownLine(error, step)
}

function endOf({ code, signal, oom }: NonNullable<RunState['exit']>): ErrorParams {
  return { exit: code, ...signal && { signal }, ...oom && { memory: true } }
}

/** How a program ended, as a person says it. */
function exitWords({ code, signal, oom }: NonNullable<RunState['exit']>): string {
  const why = oom ? ': it was killed because it ran out of memory' : signal ? `: ${signal} ended it` : ''
  return `exit code ${code}${why}`
}
