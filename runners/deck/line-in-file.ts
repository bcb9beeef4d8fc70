import type { Step } from '../protocol/step.ts'

type Placed = Pick<Step, 'file' | 'line' | 'codeFile' | 'code' | 'visible'>

/**
 * Where line `shown` of a step's code, as slides show it, stands in the file that holds it; without one, where its
 * fence does.
 */
export function lineInFile(
  { file, line, codeFile, code, visible }: Placed,
  shown?: number,
): { file: string, line: number } {
  if (shown === undefined)
    return { file, line }
  const lines = visible.split('\n')
  let at = 0
  // Hidden lines count in the file, too.
  const inCode = code.split('\n').findIndex(text => text === lines[at] && ++at === shown) + 1 || shown
  return codeFile ? { file: codeFile, line: inCode } : { file, line: line + inCode }
}
