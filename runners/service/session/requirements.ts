import type { Runner } from '../../protocol/runner.ts'
import type { Step } from '../../protocol/step.ts'
import { StepError } from '../../protocol/error.ts'

/** What the engines here lack of what steps require, by requirement (`policy`, `nodes:2`): why, in a sentence. */
export type Lacks = ReadonlyMap<string, string>

/** Asks the runners that work here for all that the steps require; what none of them speaks of is lacking, unless `silence` says otherwise. */
export async function findLacks(steps: Step[], runners: Runner[], { silence = 'lacking' }: { silence?: 'lacking' | 'offered' } = {}): Promise<Lacks> {
  const requirements = [...new Set(steps.flatMap(step => step.requires))]
  const found = await Promise.all(requirements.map(async requirement => [requirement, await lackOf(requirement, runners, silence)] as const))
  return new Map(found.flatMap(([requirement, lack]) => lack === undefined ? [] : [[requirement, lack]]))
}

async function lackOf(requirement: string, runners: Runner[], silence: 'lacking' | 'offered'): Promise<string | undefined> {
  const offers = await Promise.all(runners.map(async runner => runner.offers?.(requirement).catch((error: Error) => error.message)))
  if (offers.includes(true))
    return undefined
  return offers.find(offer => typeof offer === 'string') ?? (silence === 'offered' ? undefined : `no engine here offers ${requirement}`)
}

/** Why a step cannot run here: what it, or a step that it needs, requires is lacking; undefined where nothing is. */
export function lackFor(step: Step, steps: Step[], lacks: Lacks, before: Step[] = []): StepError | undefined {
  const own = step.requires.find(requirement => lacks.has(requirement))
  if (own)
    return new StepError('lacking', `${step.id} requires ${own}: ${lacks.get(own)}`, '', { params: { step: step.id, requirement: own } })
  for (const need of steps.filter(other => step.needs.includes(other.id) && !before.includes(other))) {
    const lack = lackFor(need, steps, lacks, [...before, step])
    if (lack)
      return lack
  }
  return undefined
}
