import type { Deck } from '../../deck/deck.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Step } from '../../protocol/step.ts'
import type { CheckedStep } from '../check/checked-step.ts'
import process from 'node:process'
import { parseDeck } from '../../deck/parse.ts'
import { hiddenNeeds } from '../../deck/plan/hidden-needs.ts'
import { engineOf } from '../../deck/plan/step-touch.ts'
import { templateProblems } from '../../deck/templates.ts'
import { unsetProblems } from '../../deck/unset-names.ts'
import { isPassed } from '../../protocol/event.ts'
import { readRecording } from '../../service/store/recordings.ts'
import { checkRecording } from '../check/checked-step.ts'
import { changeOf } from '../check/difference.ts'
import { fitProblems } from '../check/fit.ts'
import { formatJunit } from '../check/junit.ts'
import { recordingWarnings } from '../check/recording-warnings.ts'
import { mayRun, runAll, selectSteps } from '../check/run-all.ts'
import { shellProblems } from '../check/shell-syntax.ts'
import { contextProblem, withContext } from '../io/context.ts'
import { say } from '../io/say.ts'
import { formatChecked, formatResult, tellProblems } from '../io/tell.ts'
import { endable } from '../process/ending.ts'
import { addonProblem } from '../slidev/package-json.ts'
import { themeProblem } from '../slidev/presentable.ts'

export interface CheckOptions {
  deck: string
  mode: 'live' | 'replay'
  reporter: 'text' | 'json' | 'junit'
  trust: boolean
  /** A step that this engine cannot run, or that differs from its recording, is a failure. */
  strict: boolean
  /** Looks with a browser whether all slides fit. */
  fit?: boolean
  /** `2/3`: only the second third of the steps, and live what they need. @default all */
  shard?: string
  /** The Kubernetes context for the steps. @default the one that is found */
  context?: string
}

/** `kamishibai check`: runs or folds every step and judges it; resolves with the exit code. */
export async function check({ fit, ...options }: CheckOptions): Promise<number> {
  return fit ? endable('The check', signal => checkDeck(options, deck => fitProblems(deck, signal))) : checkDeck(options)
}

async function checkDeck(
  { deck: path, mode, reporter, trust, strict, shard = '1/1', context }: CheckOptions,
  look?: (deck: Deck) => Promise<Problem[]>,
): Promise<number> {
  const deck = withContext(await parseDeck(path), context)
  const chosen = shardOf(deck.steps, shard)
  if (!chosen) {
    say.error(`--shard ${shard} is no share of the steps: write 1/3, 2/3 or 3/3 on one of three machines.`)
    return 2
  }
  if (mode === 'live' && !await mayRun(deck, trust, 'check --mode live'))
    return 2
  const text = reporter === 'text'
  const around = await Promise.all([addonProblem(deck), themeProblem(deck)])
  // A share may have no step that would say so.
  const lost = mode === 'live' && context !== undefined && !chosen.some(step => engineOf(step) === 'kubernetes') ? await contextProblem(deck) : undefined
  const problems: Problem[] = [
    ...deck.problems,
    ...(await templateProblems(deck.file)),
    ...unsetProblems(deck, process.env),
    ...hiddenNeeds(deck.steps),
    ...await shellProblems(deck.steps),
    // What cannot be read cannot be drawn.
    ...deck.problems.some(({ severity }) => severity === 'error') ? [] : await look?.(deck) ?? [],
    ...[...around, lost].filter(problem => problem !== undefined),
  ]
  const tell = (line: string): void => void (text && process.stdout.write(`${line}\n`))
  const steps = await (mode === 'live' ? checkLive : checkReplay)({ deck, chosen, problems, strict, tell })
  const ok = steps.every(step => step.ok) && !problems.some(problem => problem.severity === 'error')
  const report = { deck: deck.name, mode, ok, problems, steps }
  if (text) {
    tellProblems(deck, problems, process.stdout)
    process.stdout.write(`${steps.filter(step => step.ok).length} of ${steps.length} steps ok${deck.steps.length ? '' : ': the deck has none'}\n`)
  }
  else {
    process.stdout.write(reporter === 'json' ? `${JSON.stringify(report, null, 2)}\n` : formatJunit(report, deck))
  }
  return ok ? 0 : 1
}

interface Checking {
  deck: Deck
  /** The steps to judge. */
  chosen: Step[]
  /** Gets what is found beyond the deck's own mistakes. */
  problems: Problem[]
  strict: boolean
  tell: (line: string) => void
}

async function checkReplay({ deck, chosen, problems, tell }: Checking): Promise<CheckedStep[]> {
  const steps: CheckedStep[] = []
  for (const step of chosen) {
    const { checked, warnings } = await checkRecording(deck, step)
    problems.push(...warnings)
    steps.push(checked)
    tell(formatChecked(checked))
  }
  return steps
}

async function checkLive({ deck, chosen, problems, strict, tell }: Checking): Promise<CheckedStep[]> {
  const steps: CheckedStep[] = []
  await runAll(deck, chosen.length ? selectSteps(deck, chosen.map(step => step.id)) : [], {
    sumUp: () => `${steps.length} of ${chosen.length} steps checked`,
    async onResult(result) {
      const { step, outcome, skipped, recording, output } = result
      if (!chosen.includes(step))
        return
      const { checked: stored, warnings } = await checkRecording(deck, step)
      problems.push(...recording ? await recordingWarnings(step, recording) : warnings)
      const change = recording && isPassed(outcome.phase) ? await changeFrom(step, recording) : undefined
      if (change)
        problems.push(change.problem)
      if (!stored.ok)
        problems.push({ severity: 'warning', file: step.file, line: step.line, column: step.column, code: stored.error!.code, message: stored.error!.message, hint: stored.error!.hint })
      if (skipped?.code === 'requires') {
        steps.push({ ...stored, ok: stored.ok && !strict, skipped })
      }
      else {
        const { phase, durationMs, expectations, error } = outcome
        steps.push({
          id: step.id,
          slide: step.slide,
          ok: isPassed(phase),
          phase,
          durationMs: Math.round(durationMs),
          expectations,
          recording: stored.recording,
          skipped,
          error,
          output,
          ...change && { difference: change.lines },
        })
      }
      tell([formatResult(deck, result), ...change?.lines.map(line => `    ${line}`) ?? []].join('\n'))
    },
  })
  return steps

  /** What of a run is not as its recording has it; one of another step's code would always differ. */
  async function changeFrom(step: Step, now: Recording): ReturnType<typeof changeOf> {
    const recorded = await readRecording(deck, step.id).catch(() => undefined)
    return recorded?.header.hash === step.hash ? changeOf({ deck, step, strict }, recorded, now) : undefined
  }
}

/**
 * The steps of one of several machines that share a deck, `2/3` for the second of three: a run of the deck each, of
 * much the same length.
 */
export function shardOf(steps: Step[], shard: string): Step[] | undefined {
  const [, part, parts] = /^(\d{1,4})\/(\d{1,4})$/.exec(shard)?.map(Number) ?? []
  if (!part || !parts || part > parts)
    return undefined
  const from = (n: number): number => Math.floor(steps.length * n / parts)
  return steps.slice(from(part - 1), from(part))
}
