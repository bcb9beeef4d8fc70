/** A word as a POSIX shell takes it, whatever stands in it. */
export function quote(word: string): string {
  return `'${word.replaceAll('\'', `'\\''`)}'`
}

/** The same as a person would write it: bare where nothing in it means anything to a shell. */
export function quoteIfNeeded(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : quote(word)
}
