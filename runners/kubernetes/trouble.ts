import type { View } from '../protocol/event.ts'
import type { Follower } from './follow.ts'
import type { Space } from './space.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { StepError } from '../protocol/error.ts'
import { quotaWords } from './explain.ts'

/** Between two looks at what the watch knows, in ms. */
const LOOK = 100
const NO_IMAGE = /^(?:ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|ImageInspectError)$/
const NO_START = /^(?:CreateContainerConfigError|CreateContainerError|RunContainerError|StartError|ContainerCannotRun)$/

interface ContainerView { name: string, image: string, state: string, restarts: number }

/**
 * Watches over the pods that a step made until all of them are ready once, or the run ends. Throws StepError as soon as
 * one shows that it will not be: its image is missing, it crashes again and again, or it may not be made at all.
 */
export async function watchTrouble(stepId: string, { api, namespace }: Pick<Space, 'api' | 'namespace'>, follower: Follower, signal: AbortSignal): Promise<void> {
  const before = new Set(follower.of('event').map(({ view }) => keyOf(view)))
  for (;;) {
    const pods = follower.of('pod', stepId)
    for (const { name, view } of pods) {
      for (const container of view.containers as unknown as ContainerView[])
        await checkContainer(name, container)
    }
    for (const { view } of follower.of('event')) {
      if (!before.has(keyOf(view)) && view.reason === 'FailedCreate' && follower.isOf(view.object as string, stepId))
        throw refusedPods(view)
    }
    if (signal.aborted || (pods.length && pods.every(({ view }) => view.ready)))
      return
    await delay(LOOK, undefined, { signal }).catch(() => {})
  }

  async function checkContainer(pod: string, { name, image, state, restarts }: ContainerView): Promise<void> {
    if (NO_IMAGE.test(state))
      throw new StepError('image-missing', `the image ${image} is not on the node of the pod ${pod}`, state === 'InvalidImageName' ? 'Mind its spelling.' : 'Images of the cluster: kamishibai cluster create loads those of the demos; kind load docker-image, k3d image import and minikube image load take others.', { params: { image } })
    if (NO_START.test(state))
      throw new StepError('not-started', `the container ${name} of the pod ${pod} does not start: ${await reasonOf(pod)}`, 'Mind command, volumes and what they name.')
    if (state === 'CrashLoopBackOff')
      throw new StepError('exited-early', `the container ${name} of the pod ${pod} ends again and again (${restarts} times): ${await lastLine(pod, name)}`, 'See its log: kubectl logs --previous')
  }

  async function lastLine(pod: string, container: string): Promise<string> {
    const response = await api.stream(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, { query: { container, previous: true, tailLines: 1 }, signal }).catch(() => undefined)
    let text = ''
    for await (const chunk of (response ?? []) as AsyncIterable<Buffer>)
      text += chunk.toString()
    return text.trim() ? `it said: ${text.trim()}` : 'it said nothing'
  }

  async function reasonOf(pod: string): Promise<string> {
    const events = follower.of('event').filter(({ view }) => view.object === `pod/${pod}` && view.type === 'Warning')
    return (events.at(-1)?.view.message as string | undefined) ?? 'the node does not say why'
  }
}

function refusedPods({ message, object }: View): StepError {
  const text = String(message)
  const why = text.includes('exceeded quota') ? `that exceeds what a session may hold: ${quotaWords(text)}` : text.replace(/^Error creating: /, '')
  return new StepError('policy-refused', `the pods of ${String(object)} are not made: ${why}`, text.includes('exceeded quota') ? 'Ask for fewer replicas.' : 'The guard of the session refuses it.')
}

function keyOf({ object, reason, count }: View): string {
  return `${String(object)} ${String(reason)} ${String(count)}`
}
