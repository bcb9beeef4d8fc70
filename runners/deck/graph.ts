import type { Problem } from '../protocol/problem.ts'
import type { Step } from '../protocol/step.ts'
import { nearest } from '../protocol/suggest.ts'

/** Reports `needs` of unknown steps and cycles, each at the first of its steps. */
export function checkNeeds(steps: Step[], ids: Set<string>, problems: Problem[]): void {
  const byId = new Map(steps.map(step => [step.id, step]))
  const report = (step: Step, code: string, message: string, hint: string): void =>
    void problems.push({ severity: 'error', file: step.file, line: step.line, column: step.column, code, message, hint })
  const inCycle = new Set<string>()
  for (const step of steps) {
    for (const need of step.needs) {
      if (!ids.has(need)) {
        const near = nearest(need, [...ids])
        report(step, 'unknown-need', `needs=${need}: there is no such step`, near ? `Did you mean ${near}?` : `Steps: ${[...ids].join(', ')}.`)
      }
    }
    const cycle = inCycle.has(step.id) ? undefined : cycleFrom(step, byId)
    cycle?.forEach(id => inCycle.add(id))
    if (cycle)
      report(step, 'needs-cycle', `needs go round in a circle: ${cycle.join(' → ')}`, 'Take one of them away.')
  }
}

/** The steps that tell one story with `id`, itself among them: it needs them, they need it, or both need a third. */
export function storyOf(id: string, steps: Pick<Step, 'id' | 'needs'>[]): Set<string> {
  const story = new Set([id])
  for (let size = 0; size < story.size;) {
    size = story.size
    for (const step of steps) {
      if (story.has(step.id) || step.needs.some(need => story.has(need)))
        [step.id, ...step.needs].forEach(each => story.add(each))
    }
  }
  return story
}

function cycleFrom(start: Step, byId: Map<string, Step>): string[] | undefined {
  const walk = (step: Step, path: string[]): string[] | undefined => {
    for (const need of step.needs) {
      if (need === start.id)
        return [...path, need]
      const next = byId.get(need)
      const found = next && !path.includes(need) ? walk(next, [...path, need]) : undefined
      if (found)
        return found
    }
    return undefined
  }
  return walk(start, [start.id])
}
