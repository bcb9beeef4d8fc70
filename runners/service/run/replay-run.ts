import type { Runner } from '../../protocol/runner.ts'
import type { LiveRun } from './types.ts'
import { isStepError, toErrorInfo } from '../../protocol/error.ts'
import { isFinal, isPassed } from '../../protocol/event.ts'

/** Plays the recording of a step into its log: phases and verdict are the recording's own. Never rejects. */
export async function executeReplay({ step, log, signal, context, onMoment }: LiveRun, replay: Runner): Promise<void> {
  let settled = false
  try {
    await replay.run(step, {
      ...context,
      environment: {},
      started: () => {},
      signal: signal.signal,
      drained: log.drained,
      emit(payload) {
        const { at } = log.append(payload)
        if (!settled && payload.type === 'phase' && (isPassed(payload.phase) || isFinal(payload.phase))) {
          settled = true
          const { phase, expectations = [] } = payload
          onMoment({ phase, expectations, error: log.state.error, durationMs: at })
        }
      },
    })
    signal.signal.throwIfAborted()
  }
  catch (thrown) {
    const error = signal.signal.aborted ? signal.signal.reason as unknown : thrown
    const info = toErrorInfo(error)
    const phase = isStepError(error) && error.code === 'cancelled' ? 'cancelled' : 'failed'
    if (phase === 'failed')
      log.append({ type: 'error', ...info })
    log.append({ type: 'phase', phase, reason: info.message })
    if (!settled)
      onMoment({ phase, expectations: [], error: info, durationMs: log.now() })
  }
}
