import type { ScreenLine } from '../../runners/protocol/screen.ts'
import { sameTexts } from '../../runners/protocol/same-texts.ts'

const textOf = (line: ScreenLine): string => line.map(span => span.text).join('').trimEnd()

/**
 * For each line of `a`, and for each of `b`, whether the other has it at the same place of what they have in common.
 */
export function sameLines(a: ScreenLine[], b: ScreenLine[]): [boolean[], boolean[]] {
  return sameTexts(a.map(textOf), b.map(textOf))
}
