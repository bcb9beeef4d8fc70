/** A time in ms as a speaker reads it: `12:05`, or `-0:20`. */
export function minutes(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  return `${ms < 0 && seconds ? '-' : ''}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
