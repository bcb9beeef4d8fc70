import type { Payload } from '../../protocol/event.ts'
import type { LiveRun } from './types.ts'
import { StepError } from '../../protocol/error.ts'

/**
 * How long the start of what may be a secret is kept back, in ms: parts of one write come closer together, and a typed
 * letter is not late.
 */
const HELD = 8

/** Takes what a runner tells into the log of its run: without secrets, and no more output than a run may have. */
export interface Intake {
  take: (payload: Payload) => void
  /** Shows what is kept back: nothing comes any more. */
  end: () => void
}

/** The intake of a run that has just begun; too much output aborts the run. */
export function createIntake({ log, signal, redactor, outputLimit }: LiveRun): Intake {
  const output = redactor.stream()
  let timer: NodeJS.Timeout | undefined
  const show = (data: string): void => {
    if (data)
      log.append({ type: 'output', data })
  }
  return {
    take(payload) {
      if (payload.type !== 'output') {
        show(payload.type === 'exit' ? output.flush() : output.idle())
        return void log.append(redactor.payload(payload))
      }
      // Beyond the limit nothing is kept, however long the program takes to end.
      if (log.received > outputLimit)
        return
      show(output.push(payload.data))
      // What may be the start of a secret by chance, and does not go on, is shown.
      clearTimeout(timer)
      timer = setTimeout(() => show(output.idle()), HELD)
      if (log.received > outputLimit && !signal.signal.aborted) {
        const limit = Math.round(outputLimit / 1024 / 1024)
        signal.abort(new StepError('output-limit', `the step wrote more than ${limit} MiB`, 'Raise `limits.outputMiB` in the headmatter, or write less.', { params: { mebibytes: limit } }))
      }
    },
    end() {
      clearTimeout(timer)
      show(output.flush())
    },
  }
}
