import type { Step } from './step.ts'
import { StepError } from './error.ts'

/** Lines of errors count in the fence as it is run; slides do not show hidden ones. */
export function onShownLine(error: StepError, { code, visible }: Pick<Step, 'code' | 'visible'>): StepError {
  if (error.line === undefined || code === visible)
    return error
  const shown = visible.split('\n')
  let at = 0
  for (const line of code.split('\n').slice(0, error.line))
    at += line === shown[at] ? 1 : 0
  return new StepError(error.code, error.message, error.hint, {
    line: Math.max(1, at),
    cause: error.cause,
    params: error.params,
  })
}
