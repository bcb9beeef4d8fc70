import type { ScreenLine } from '../../runners/protocol/screen.ts'

const textOf = (line: ScreenLine): string => line.map(span => span.text).join('').trimEnd()

/**
 * For each line of `a`, and for each of `b`, whether the other has it at the same place of what they have in common.
 */
export function sameLines(a: ScreenLine[], b: ScreenLine[]): [boolean[], boolean[]] {
  const [left, right] = [a.map(textOf), b.map(textOf)]
  const common = commonLengths(left, right)
  const same: [boolean[], boolean[]] = [left.map(() => false), right.map(() => false)]
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (left[i] === right[j])
      same[0][i++] = same[1][j++] = true
    else if (common[i + 1]![j]! >= common[i]![j + 1]!)
      i++
    else
      j++
  }
  return same
}

/** How many lines the ends of both have in common in this order, from each pair of places on. */
function commonLengths(a: string[], b: string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, (): number[] => b.map(() => 0).concat(0))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i]![j] = a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
  }
  return lengths
}
