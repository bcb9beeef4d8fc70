import type { Step } from '../protocol/step.ts'

type Placed = Pick<Step, 'file' | 'line' | 'codeFile' | 'codeLine'>

/** Where line `inCode` of a step's code stands in the file that holds it; hidden lines count. */
export function placeOfLine(
  { file, line, codeFile, codeLine = 1 }: Placed,
  inCode: number,
): { file: string, line: number } {
  return codeFile ? { file: codeFile, line: codeLine - 1 + inCode } : { file, line: line + inCode }
}

/**
 * Where line `shown` of a step's code, as slides show it, stands in the file that holds it; without one, where its
 * fence does.
 */
export function lineInFile(
  step: Placed & Pick<Step, 'code' | 'visible'>,
  shown?: number,
): { file: string, line: number } {
  if (shown === undefined)
    return { file: step.file, line: step.line }
  const lines = step.visible.split('\n')
  let at = 0
  const inCode = step.code.split('\n').findIndex(text => text === lines[at] && ++at === shown) + 1 || shown
  return placeOfLine(step, inCode)
}
