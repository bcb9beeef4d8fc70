import type { KubeObject } from './objects.ts'
import type { Space } from './space.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { StepError } from '../protocol/error.ts'
import { isRefusal, toStepError } from './api.ts'
import { ROLE } from './guard.ts'
import { holds } from './objects.ts'
import { podStatus } from './project-pod.ts'

/** The pod from which services are called, and its container. */
export const CLIENT = 'kamishibai-client'

/** It has a shell and `nc`, and is on the nodes: the demos run on it too. */
const IMAGE = 'kamishibai/demo:1'
const READY_LIMIT = 15_000

/** Makes the client pod of the session, if it is not there; resolves when it runs. */
export async function provideClient({ api, namespace }: Pick<Space, 'api' | 'namespace' | 'admin'>): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods`
  const limit = Date.now() + READY_LIMIT
  for (;;) {
    const pod = await api.get<KubeObject>(`${path}/${CLIENT}`).catch((error: unknown) => {
      if (!isRefusal(error, 404))
        throw toStepError(error)
      return undefined
    })
    if (pod && holds(pod, 'Ready'))
      return
    if (!pod || pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded')
      await make(api, path, pod)
    const status = pod ? podStatus(pod) : ''
    if (/ImagePull|ImageNeverPull/.test(status))
      throw new StepError('image-missing', `the image ${IMAGE} is not on the nodes: services are called from a pod of it`, 'Build it and make the cluster anew: npm run demo:image, kamishibai cluster create.')
    if (Date.now() > limit)
      throw new StepError('timeout', `the pod from which services are called does not run: it is ${status || 'not made'}`, 'See kubectl describe pod in the session\'s namespace.')
    await delay(100)
  }
}

async function make(api: Space['api'], path: string, before: KubeObject | undefined): Promise<void> {
  if (before)
    await api.send('DELETE', `${path}/${CLIENT}`, { gracePeriodSeconds: 0 }).catch(() => {})
  await api.send('POST', path, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: CLIENT, labels: { [ROLE]: 'client' } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: CLIENT, image: IMAGE, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done'], resources: { requests: { cpu: '1m', memory: '8Mi' } } }],
    },
  }).catch((error: unknown) => {
    // Another request makes it at the same time.
    if (!isRefusal(error, 409))
      throw toStepError(error)
  })
}
