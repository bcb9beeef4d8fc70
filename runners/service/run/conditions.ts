import type { Expectation } from '../../protocol/event.ts'
import type { RunState } from '../../protocol/fold.ts'
import type { Health } from '../../protocol/runner.ts'
import type { Condition } from '../../protocol/step.ts'
import type { RunLog } from './log.ts'
import { stripVTControlCharacters } from 'node:util'
import { StepError } from '../../protocol/error.ts'
import { resolveTarget } from '../../protocol/target.ts'

/** What conditions may ask besides the log. */
export interface ConditionWorld {
  log: RunLog
  /** When what is judged started, by the log's clock. */
  startedAt: number
  healthy: (name: string) => Promise<Health | undefined>
  /** What an engine says of a condition that only it can tell. */
  holds: (condition: Condition) => Promise<Expectation | undefined>
  dial: (target: string) => Promise<string | undefined>
  signal: AbortSignal
}

const HTTP_TIMEOUT = 1000

/** The output as text: escape sequences gone, line ends as `\n`. */
function plainText(log: RunLog): string {
  return stripVTControlCharacters(log.text()).replace(/\r+\n/g, '\n')
}

async function httpStatus(url: string, { dial, signal }: ConditionWorld): Promise<{ status?: number, detail: string }> {
  try {
    const response = await fetch(await resolveTarget(url, dial), { redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(HTTP_TIMEOUT)]) })
    await response.body?.cancel()
    return { status: response.status, detail: `answered ${response.status}` }
  }
  catch (error) {
    const cause = (error as Error).cause as { code?: string } | undefined
    return { detail: cause?.code ?? (error as Error).message }
  }
}

function judgeStatus({ text, op, code }: Extract<Condition, { type: 'status' }>, responses: RunState['responses']): Expectation {
  if (!responses.length)
    return { text, ok: false, detail: 'no response yet' }
  const wrong = responses.filter(({ status }) => !status || (op === '=' ? status !== code : status >= code))
  if (!wrong.length)
    return { text, ok: true }
  const seen = [...new Set(wrong.map(({ status }) => status || 'no answer'))].join(', ')
  return { text, ok: false, detail: responses.length > 1 ? `${wrong.length} of ${responses.length}: ${seen}` : seen }
}

/** Judges one condition against the run as it stands now. */
export async function judge(condition: Condition, world: ConditionWorld): Promise<Expectation> {
  const { text } = condition
  const { log, healthy } = world
  switch (condition.type) {
    case 'exit': {
      const { exit } = log.state
      const ok = exit !== undefined && (exit.code === condition.code) !== condition.not
      return { text, ok, detail: exit ? `exit ${exit.code}` : 'still running' }
    }
    case 'match':
      return { text, ok: new RegExp(condition.source, condition.flags).test(plainText(log)) }
    case 'http': {
      const { status, detail } = await httpStatus(condition.url, world)
      return { text, ok: status === condition.status, detail }
    }
    case 'status':
      return judgeStatus(condition, log.state.responses)
    case 'settled': {
      const { progress } = log.state
      const busy = progress && progress.done < progress.total
      const quiet = log.now() - Math.max(log.lastOutputAt, world.startedAt)
      return { text, ok: !busy && quiet >= condition.ms, ...busy && { detail: progress.label } }
    }
    case 'healthy':
      return { text, ok: false, detail: `there is no ${condition.name}`, ...await healthy(condition.name) }
    default: {
      const told = await world.holds(condition)
      if (!told)
        throw new StepError('not-available', `the condition ${text} needs a cluster`, 'Make one: kamishibai cluster create')
      return told
    }
  }
}

/** Judges all conditions, in their order. */
export async function judgeAll(conditions: Condition[], world: ConditionWorld): Promise<Expectation[]> {
  return Promise.all(conditions.map(condition => judge(condition, world)))
}

const POLL = 100

/**
 * Resolves when all conditions hold at once; looks after events and every 100 ms, until aborted, and tells each look.
 */
export async function untilAll(
  conditions: Condition[],
  world: ConditionWorld,
  onJudged: (results: Expectation[]) => void = () => {},
): Promise<void> {
  let wake: () => void = () => {}
  const unsubscribe = world.log.subscribe(() => wake())
  const onAbort = (): void => wake()
  world.signal.addEventListener('abort', onAbort)
  try {
    while (!world.signal.aborted) {
      const results = await judgeAll(conditions, world)
      onJudged(results)
      if (world.signal.aborted || results.every(result => result.ok))
        return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL)
        // A flood of output must not turn into a flood of judgements: one look every 20 ms.
        wake = () => {
          wake = () => {}
          clearTimeout(timer)
          setTimeout(resolve, POLL / 5)
        }
      })
    }
  }
  finally {
    unsubscribe()
    world.signal.removeEventListener('abort', onAbort)
  }
}
