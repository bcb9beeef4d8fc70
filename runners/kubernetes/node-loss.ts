import type { Follower } from './follow.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { StepError } from '../protocol/error.ts'

/** Between two looks at what the watch knows, in ms. */
const LOOK = 200

/** Resolves with what to tell once the cluster knows that the node of a pod is lost; with undefined at the signal. The connection itself would only be silent. */
export async function untilNodeLost(pod: string, follower: Pick<Follower, 'of'>, signal: AbortSignal): Promise<StepError | undefined> {
  while (!signal.aborted) {
    const node = follower.of('pod').find(({ name }) => name === pod)?.view.node
    if (node && follower.of('node').some(({ name, view }) => name === node && view.ready === false))
      return new StepError('engine-lost', `the node ${String(node)}, on which the pod ${pod} ran, does not answer any more`, 'The cluster moves what a Deployment made to other nodes; a pod alone is gone with its node.')
    await delay(LOOK, undefined, { signal, ref: false }).catch(() => {})
  }
  return undefined
}
