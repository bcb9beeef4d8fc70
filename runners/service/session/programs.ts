import type { Step } from '../../protocol/step.ts'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { neededPrograms } from '../../deck/plan/needed-programs.ts'
import { StepError } from '../../protocol/error.ts'

/** Names the programs that a step cannot do without and that are not on this machine now. */
export type MissingPrograms = (step: Step) => string[]

/** A look at the programs of a machine by its `PATH`; engines may give shells programs of their `own`. */
export function lookForPrograms(
  steps: Step[],
  path: string | undefined,
  own: ReadonlySet<string> = new Set(),
): MissingPrograms {
  // Without a PATH, and where a file's name says whether it runs, nothing can be told.
  if (path === undefined || process.platform === 'win32')
    return () => []
  const folders = path.split(delimiter)
  const needed = new Map(steps.map(step => [step.id, neededPrograms(step, steps).filter(name => !own.has(name))]))
  return step => needed.get(step.id)?.filter(name => !folders.some(folder => isProgram(join(folder, name)))) ?? []
}

/** Why a step, or one that it needs, plays its recording: a program is not here; undefined where all are. */
export function programLack(
  step: Step,
  steps: Step[],
  missing: MissingPrograms,
  before: Step[] = [],
): StepError | undefined {
  const [program] = missing(step)
  if (program)
    return new StepError('lacking', `${step.id} calls ${program}, which is not on this machine`, '', { params: { step: step.id, requirement: program } })
  for (const need of steps.filter(other => step.needs.includes(other.id) && !before.includes(other))) {
    const lack = programLack(need, steps, missing, [...before, step])
    if (lack)
      return lack
  }
  return undefined
}

/** Throws StepError `missing-tool` where a program of the step is not here. */
export function demandPrograms(step: Step, missing: MissingPrograms): void {
  const [program] = missing(step)
  if (program)
    throw new StepError('missing-tool', `${step.id} calls ${program}, which is not on this machine: nothing of it was run`, `Install ${program}, or play the recording.`, { params: { text: program } })
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  }
  catch {
    return false
  }
}
