import type Docker from 'dockerode'
import type { Payload } from '../protocol/event.ts'
import type { RunnerConfig } from '../protocol/runner.ts'
import { createSampler } from './stats.ts'
import { watchSession } from './watch.ts'

type Emit = (step: string | undefined, payload: Payload) => void

/**
 * Follows what the session owns, and measures the containers that the deck wants measured. Containers of the steps
 * that `builds` names are left out: in them a build runs its instructions.
 */
export async function watchMeasured(
  docker: Docker,
  { sessionId, measured = [] }: Pick<RunnerConfig, 'sessionId' | 'measured'>,
  emit: Emit,
  signal: AbortSignal,
  builds: (step: string) => boolean,
): Promise<void> {
  const measure = createSampler(docker, emit, signal)
  await watchSession(docker, sessionId, (step, payload) => {
    if (payload.type !== 'resource' || payload.ref.kind !== 'container')
      return emit(step, payload)
    if (step !== undefined && builds(step))
      return
    emit(step, payload)
    if (measured.some(one => one === '*' || one === step || one === payload.ref.name))
      measure(step, payload)
  }, signal)
}
