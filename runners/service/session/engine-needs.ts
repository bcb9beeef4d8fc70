import type { Deck } from '../../deck/deck.ts'
import type { Probe, Runner } from '../../protocol/runner.ts'
import type { RunnerName, Step } from '../../protocol/step.ts'
import { setTimeout } from 'node:timers/promises'
import { engineOf } from '../../deck/plan/step-touch.ts'
import { StepError } from '../../protocol/error.ts'

/** Between two questions to an engine, in ms; so a loss is told within a second. */
const INTERVAL = 300
/** How often in a row an engine may fail to answer: a single time may be a busy machine's. */
const PATIENCE = 2

/** The engine of a step, and those of all that it needs. */
export function enginesOf(step: Step, steps: Step[], seen = new Set<Step>()): RunnerName[] {
  seen.add(step)
  const needed = steps.filter(other => step.needs.includes(other.id) && !seen.has(other))
  return [engineOf(step), ...needed.flatMap(other => enginesOf(other, steps, seen))]
}

/**
 * The runners that the steps of a deck run on, and those that can say whether this machine offers what they require.
 */
export function runnersOf(deck: Deck): Set<RunnerName> {
  return new Set(deck.steps.flatMap(step => [step.runner, engineOf(step), ...step.requires.map(offeredBy)]))
}

function offeredBy(requirement: string): RunnerName {
  return requirement === 'vm' ? 'shell' : requirement === 'host' ? 'docker' : 'kubernetes'
}

/**
 * Asks an engine again and again whether it is there.
 * Resolves with what to tell when it is not, or with undefined at the signal.
 */
export async function untilLost(probe: () => Promise<Probe>, signal: AbortSignal): Promise<StepError | undefined> {
  for (let silent = 0; !signal.aborted;) {
    await setTimeout(INTERVAL, undefined, { signal, ref: false }).catch(() => {})
    const answer = signal.aborted ? undefined : await probe()
    silent = answer?.available === false ? silent + 1 : 0
    if (answer?.available === false && silent === PATIENCE)
      return new StepError('engine-lost', answer.reason, answer.hint)
  }
  return undefined
}

/** What the engines here lack of what steps require, by requirement (`policy`, `nodes:2`): why, in a sentence. */
export type Lacks = ReadonlyMap<string, string>

/** What it means that no engine speaks of a requirement. */
type Silence = 'lacking' | 'offered'

/**
 * Asks the runners that work here for all that the steps require.
 * What none of them speaks of is lacking, unless `silence` says otherwise.
 */
export async function findLacks(
  steps: Step[],
  runners: Runner[],
  { silence = 'lacking' }: { silence?: Silence } = {},
): Promise<Lacks> {
  const requirements = [...new Set(steps.flatMap(step => step.requires))]
  const found = await Promise.all(requirements.map(async requirement =>
    [requirement, await lackOf(requirement, runners, silence)] as const))
  return new Map(found.flatMap(([requirement, lack]) => lack === undefined ? [] : [[requirement, lack]]))
}

async function lackOf(requirement: string, runners: Runner[], silence: Silence): Promise<string | undefined> {
  const offers = await Promise.all(runners.map(async runner =>
    runner.offers?.(requirement).catch((error: Error) => error.message)))
  if (offers.includes(true))
    return undefined
  return offers.find(offer => typeof offer === 'string') ?? (silence === 'offered' ? undefined : `no engine here offers ${requirement}`)
}

/** Why a step cannot run here: what it, or a step that it needs, requires is lacking; undefined where nothing is. */
export function lackFor(step: Step, steps: Step[], lacks: Lacks, before: Step[] = []): StepError | undefined {
  const own = step.requires.find(requirement => lacks.has(requirement))
  if (own) {
    const params = { step: step.id, requirement: own }
    return new StepError('lacking', `${step.id} requires ${own}: ${lacks.get(own)}`, '', { params })
  }
  for (const need of steps.filter(other => step.needs.includes(other.id) && !before.includes(other))) {
    const lack = lackFor(need, steps, lacks, [...before, step])
    if (lack)
      return lack
  }
  return undefined
}
