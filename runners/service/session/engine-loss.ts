import type { Probe } from '../../protocol/runner.ts'
import { setTimeout } from 'node:timers/promises'
import { StepError } from '../../protocol/error.ts'

/** Between two questions, in ms; so a loss is told within a second. */
const INTERVAL = 300
/** How often in a row an engine may fail to answer: a single time may be a busy machine's. */
const PATIENCE = 2

/** Asks an engine again and again whether it is there; resolves with what to tell when it is not, or with undefined at the signal. */
export async function untilLost(probe: () => Promise<Probe>, signal: AbortSignal): Promise<StepError | undefined> {
  for (let silent = 0; !signal.aborted;) {
    await setTimeout(INTERVAL, undefined, { signal, ref: false }).catch(() => {})
    const answer = signal.aborted ? undefined : await probe()
    silent = answer?.available === false ? silent + 1 : 0
    if (answer?.available === false && silent === PATIENCE)
      return new StepError('engine-lost', answer.reason, answer.hint)
  }
  return undefined
}
