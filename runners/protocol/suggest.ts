/** Edit distance of two words, two neighbours in the wrong order counted once (optimal string alignment). */
export function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j]!, before[j - 2]! + 1)
    }
    before = row
    row = next
  }
  return row[b.length]!
}

/** The word of `words` that `word` probably means. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words.map(w => ({ w, d: distance(word.toLowerCase(), w.toLowerCase()) })).sort((a, b) => a.d - b.d)
  return best && best.d <= Math.max(1, Math.floor(word.length / 3)) ? best.w : undefined
}

/** `Did you mean X?`, or what is allowed. */
export function suggestion(word: string, words: readonly string[]): string {
  const near = nearest(word, words)
  return near ? `Did you mean ${near}?` : `Allowed: ${words.join(', ')}.`
}
