/** A mistake in a deck; positions count from 1 in the file where the text stands. */
export interface Problem {
  severity: 'error' | 'warning'
  /** Relative to the deck's folder. */
  file: string
  line: number
  column: number
  code: string
  message: string
  hint?: string
}
