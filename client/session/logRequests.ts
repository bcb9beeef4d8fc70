import type { Recording } from '../../runners/protocol/recording.ts'
import { parseRecording } from '../../runners/protocol/parse-recording.ts'

/** Whole logs that were asked of the service. */
export interface LogRequests {
  /** Waits for the log of a run. */
  ask: (run: number) => Promise<Recording>
  answer: (run: number, cast: string, events: string) => void
  /** Ends all that wait. */
  fail: (reason: string) => void
}

/** No requests yet. */
export function createLogRequests(): LogRequests {
  const waiting = new Map<number, PromiseWithResolvers<Recording>>()
  return {
    ask(run) {
      const request = waiting.get(run) ?? Promise.withResolvers<Recording>()
      waiting.set(run, request)
      return request.promise
    },
    answer(run, cast, events) {
      const request = waiting.get(run)
      waiting.delete(run)
      try {
        request?.resolve(parseRecording(cast, events))
      }
      catch (error) {
        request?.reject(error)
      }
    },
    fail(reason) {
      for (const { reject } of waiting.values())
        reject(new Error(reason))
      waiting.clear()
    },
  }
}
