/** More lines than this between what both texts begin and end with are not paired. */
const MOST = 1000

/**
 * For each line of `a`, and for each of `b`, whether the other has it at the same place of what they have in common.
 */
export function sameTexts(a: string[], b: string[]): [boolean[], boolean[]] {
  const same: [boolean[], boolean[]] = [a.map(() => false), b.map(() => false)]
  const most = Math.min(a.length, b.length)
  let head = 0
  while (head < most && a[head] === b[head])
    same[0][head] = same[1][head++] = true
  let tail = 0
  while (tail < most - head && a.at(-1 - tail) === b.at(-1 - tail)) {
    tail++
    same[0][a.length - tail] = same[1][b.length - tail] = true
  }
  const middle = (lines: string[]): string[] => lines.slice(head, lines.length - tail).slice(0, MOST)
  const [left, right] = [middle(a), middle(b)]
  const common = commonLengths(left, right)
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (left[i] === right[j])
      same[0][head + i++] = same[1][head + j++] = true
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
