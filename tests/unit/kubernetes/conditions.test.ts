import type { Api } from '../../../runners/kubernetes/api.ts'
import type { ClusterCondition } from '../../../runners/kubernetes/conditions.ts'
import type { Resource } from '../../../runners/kubernetes/discovery.ts'
import { expect, it } from 'vitest'
import { judgeCondition } from '../../../runners/kubernetes/conditions.ts'

const DEPLOYMENTS: Resource = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', singular: 'deployment', short: ['deploy'], namespaced: true }

/** A cluster that answers each request with this. */
function judge(condition: ClusterCondition, answer: object) {
  const api: Pick<Api, 'get'> = { get: async <T>() => answer as T }
  return judgeCondition(condition, { api, namespace: 'talk' }, { named: async () => DEPLOYMENTS })
}

function rollout(spec: object, status: object, kind = 'Deployment', generation = 2) {
  return judge({ type: 'rollout', text: 'rollout', object: 'deployment/web' }, { kind, metadata: { name: 'web', generation }, spec, status: { observedGeneration: 2, ...status } })
}

const DONE = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 }

it.for<[boolean, string, object, object, string?, number?]>([
  [true, '2 of 2 are new, 2 available', { replicas: 2 }, DONE],
  [true, '1 of 1 are new, 1 available', {}, { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }],
  [false, '2 of 2 are new, 2 available, 1 old ones left', { replicas: 2 }, { ...DONE, replicas: 3 }],
  [false, '1 of 2 are new, 2 available, 1 old ones left', { replicas: 2 }, { ...DONE, updatedReplicas: 1 }],
  [false, '2 of 2 are new, 1 available', { replicas: 2 }, { ...DONE, availableReplicas: 1 }],
  [true, '2 of 2 are new, 2 available', { replicas: 2 }, { replicas: 2, updatedReplicas: 2, readyReplicas: 2 }, 'StatefulSet'],
  [true, '3 of 3 are new, 3 available', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }, 'DaemonSet'],
  [false, '2 of 3 are new, 3 available', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 3 }, 'DaemonSet'],
  [false, 'the cluster has not seen the change yet', { replicas: 2 }, DONE, 'Deployment', 3],
])('a rollout is done: %s, %s', async ([ok, detail, spec, status, kind, generation]) => {
  expect(await rollout(spec, status, kind, generation)).toEqual({ text: 'rollout', ok, detail })
})

it('pods that are going or over do not count', async () => {
  const pod = (ready: boolean, phase: string, metadata = {}) => ({ metadata, status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } })
  const items = [pod(true, 'Running'), pod(false, 'Running'), pod(true, 'Running', { deletionTimestamp: 'now' }), pod(false, 'Succeeded'), pod(false, 'Failed')]
  const pods = (ready: number, total: number) => judge({ type: 'pods', text: 'pods', selector: 'app=web', ready, total }, { items })
  expect(await pods(1, 2)).toEqual({ text: 'pods', ok: true, detail: '1/2 are ready' })
  expect(await pods(2, 2)).toMatchObject({ ok: false })
  expect(await pods(1, 1)).toMatchObject({ ok: false })
})
