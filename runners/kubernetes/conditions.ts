import type { Expectation } from '../protocol/event.ts'
import type { Condition as StepCondition } from '../protocol/step.ts'
import type { Api } from './api.ts'
import type { Discovery } from './discovery.ts'
import type { KubeList, KubeObject } from './objects.ts'
import { isRefusal, toStepError } from './api.ts'
import { collectionPath } from './discovery.ts'
import { conditionsOf, holds } from './objects.ts'

/** Conditions that only the cluster can judge. */
export type ClusterCondition = Extract<StepCondition, { type: 'pods' | 'condition' | 'rollout' }>

/** Where a condition is looked at. */
interface Place { api: Pick<Api, 'get'>, namespace: string }

type Kinds = Pick<Discovery, 'named'>

/** Whether only the cluster can judge a condition. */
export function isOfCluster(condition: StepCondition): condition is ClusterCondition {
  return ['pods', 'condition', 'rollout'].includes(condition.type)
}

/** Judges what only the cluster can tell. Throws StepError where it does not. */
export async function judgeCondition(
  condition: ClusterCondition,
  space: Place,
  discovery: Kinds,
): Promise<Expectation> {
  return look(condition, space, discovery).catch((error: unknown) => {
    throw toStepError(error)
  })
}

async function look(
  condition: ClusterCondition,
  space: Place,
  discovery: Kinds,
): Promise<Expectation> {
  const { text } = condition
  switch (condition.type) {
    case 'pods': {
      const { items } = await space.api.get<KubeList>(`/api/v1/namespaces/${space.namespace}/pods`, { query: { labelSelector: condition.selector } })
      const there = items.filter(({ metadata, status }) => !metadata.deletionTimestamp && status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
      const ready = there.filter(pod => holds(pod, 'Ready')).length
      return { text, ok: ready === condition.ready && there.length === condition.total, detail: `${ready}/${there.length} are ready` }
    }
    case 'condition': {
      const object = await find(condition.object, space, discovery)
      const found = typeof object === 'string' ? undefined : conditionsOf(object).find(({ type }) => type.toLowerCase() === condition.name.toLowerCase())
      if (typeof object === 'string')
        return { text, ok: false, detail: object }
      return { text, ok: found?.status === 'True', detail: found ? `${found.type} is ${found.status}${found.reason ? `: ${found.reason}` : ''}` : `it says nothing of ${condition.name}` }
    }
    case 'rollout': {
      const object = await find(condition.object, space, discovery)
      return typeof object === 'string' ? { text, ok: false, detail: object } : { text, ...rollout(object) }
    }
  }
}

/** The object of `kind/name`, or why there is none. */
async function find(place: string, { api, namespace }: Place, discovery: Kinds): Promise<KubeObject | string> {
  const [kind = '', name = ''] = place.split('/')
  const resource = await discovery.named(kind)
  if (!resource)
    return `the cluster has no kind ${kind}`
  return api.get<KubeObject>(`${collectionPath(resource, namespace)}/${name}`).catch((error: unknown) => {
    if (!isRefusal(error, 404))
      throw error
    return `there is no ${place}`
  })
}

/** Whether all replicas are of the newest template and available, as `kubectl rollout status` tells it. */
function rollout({ kind, metadata, spec = {}, status = {} }: KubeObject): Pick<Expectation, 'ok' | 'detail'> {
  if ((metadata.generation ?? 0) > ((status.observedGeneration as number | undefined) ?? 0))
    return { ok: false, detail: 'the cluster has not seen the change yet' }
  const daemon = kind === 'DaemonSet'
  const count = (value: unknown): number => (value as number | undefined) ?? 0
  const wanted = daemon ? count(status.desiredNumberScheduled) : (spec.replicas as number | undefined) ?? 1
  const updated = count(daemon ? status.updatedNumberScheduled : status.updatedReplicas)
  const available = count(daemon ? status.numberAvailable : status.availableReplicas ?? status.readyReplicas)
  const old = daemon ? 0 : Math.max(0, count(status.replicas) - updated)
  return { ok: updated === wanted && available === wanted && old === 0, detail: `${updated} of ${wanted} are new, ${available} available${old ? `, ${old} old ones left` : ''}` }
}
