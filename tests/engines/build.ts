import process from 'node:process'
import { binaries } from '../../runners/kubernetes/cluster/binaries.ts'

/** Builds what the clusters of the tests are made of; `planned.ts` waits for it. */
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const progress = (label: string, done?: number, total?: number): void => console.log(`kubernetes: ${label}${total ? ` (${done! + 1} of ${total})` : ''}`)
try {
  await binaries(process.env, 'kubernetes', progress, stop.signal)
  await binaries(process.env, 'policies', progress, stop.signal)
}
catch (error) {
  // Whoever needs it builds on, and says what fails.
  if (!stop.signal.aborted)
    console.error(`kubernetes: ${(error as Error).message}`)
}
