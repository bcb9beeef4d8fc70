import type { View } from '../protocol/event.ts'
import type { KubeObject } from './objects.ts'
import { conditionsOf, holds, ownerOf } from './objects.ts'
import { projectControlPlane, projectNode } from './project-node.ts'
import { projectPod } from './project-pod.ts'

/**
 * The views of Kubernetes' objects, in `resource` events whose `ref` is `{kind, id: uid, name}`. All have `name` and
 * `createdAt` (ISO time; ages are the view's to count), where the object has labels of its own `labels`, and `deleting`
 * once it is going. An object whose first event in a log is `modified` was there before the run. Never in a view: data
 * of Secrets and ConfigMaps, environments, annotations. What changes by itself – heartbeats, resource versions, managed
 * fields – is left out, so that a view that did not change emits nothing.
 */
export function project(object: KubeObject): View {
  const { name, creationTimestamp, deletionTimestamp } = object.metadata
  const labels = ownLabels(object.metadata.labels ?? {})
  return {
    name,
    ...creationTimestamp && { createdAt: creationTimestamp },
    ...deletionTimestamp && { deleting: true },
    ...Object.keys(labels).length && { labels },
    ...(PROJECTIONS[object.kind] ?? projectOther)(object),
  }
}

/** The word that `kubectl get` prints for a kind, in lower case: `pod`, `deployment`, `virtualmachine`. */
export function kindWord(kind: string): string {
  return kind.toLowerCase()
}

const PROJECTIONS: Record<string, (object: KubeObject) => View> = {
  Pod: projectPod,
  Node: projectNode,
  ControlPlane: projectControlPlane,
  Service: projectService,
  Deployment: projectWorkload,
  ReplicaSet: projectWorkload,
  StatefulSet: projectWorkload,
  DaemonSet: projectDaemonSet,
  Job: projectJob,
  Event: projectEvent,
}

/** kind `service`: `type`, `clusterIP`, `selector`, `ports`: `{port, targetPort, protocol, name?, nodePort?}`. */
function projectService({ spec = {} }: KubeObject): View {
  const ports = (
    (spec.ports ?? []) as {
      name?: string
      port: number
      targetPort?: number | string
      nodePort?: number
      protocol?: string
    }[]
  ).map(({ name, port, targetPort = port, nodePort, protocol = 'TCP' }) => ({
    port,
    targetPort,
    protocol,
    ...(name && { name }),
    ...(nodePort && { nodePort }),
  }))
  return { type: (spec.type as string | undefined) ?? 'ClusterIP', clusterIP: (spec.clusterIP as string | undefined) ?? '', selector: (spec.selector as Record<string, string> | undefined) ?? {}, ports }
}

/**
 * kinds `deployment`, `replicaset`, `statefulset`: `replicas` (wanted), `current`, `ready`, `available`, `updated`,
 * `image`, `selector`, `owner`.
 */
function projectWorkload(object: KubeObject): View {
  const { spec = {}, status = {} } = object
  const count = (value: unknown): number => (value as number | undefined) ?? 0
  return {
    replicas: (spec.replicas as number | undefined) ?? 1,
    current: count(status.replicas),
    ready: count(status.readyReplicas),
    available: count(status.availableReplicas),
    ...object.kind !== 'ReplicaSet' && { updated: count(status.updatedReplicas) },
    image: imageOf(spec),
    selector: (spec.selector?.matchLabels as Record<string, string> | undefined) ?? {},
    ...ownerOf(object),
  }
}

/** kind `daemonset`: as a deployment; `replicas` is the number of nodes that it should be on. */
function projectDaemonSet({ spec = {}, status = {} }: KubeObject): View {
  const {
    desiredNumberScheduled = 0,
    currentNumberScheduled = 0,
    numberReady = 0,
    numberAvailable = 0,
    updatedNumberScheduled = 0,
  } = status as Record<string, number>
  return {
    replicas: desiredNumberScheduled,
    current: currentNumberScheduled,
    ready: numberReady,
    available: numberAvailable,
    updated: updatedNumberScheduled,
    image: imageOf(spec),
    selector: (spec.selector?.matchLabels as Record<string, string> | undefined) ?? {},
  }
}

/**
 * kind `job`: `completions` (wanted), `succeeded`, `failed`, `active`, `status` (Running, Complete, Failed), `image`.
 */
function projectJob(job: KubeObject): View {
  const { succeeded = 0, failed = 0, active = 0 } = (job.status ?? {}) as Record<string, number>
  return {
    completions: (job.spec?.completions as number | undefined) ?? 1,
    succeeded,
    failed,
    active,
    status: holds(job, 'Complete') ? 'Complete' : holds(job, 'Failed') ? 'Failed' : 'Running',
    image: imageOf(job.spec ?? {}),
  }
}

/**
 * kind `event`: `type` (Normal, Warning), `reason`, `message`, `object` (`pod/web-1`), `count`, `at` (ISO time of the
 * last).
 */
function projectEvent(event: KubeObject): View {
  const { type, reason, message, count, series, involvedObject, lastTimestamp, eventTime } = event as unknown as Record<
    string,
    string
  > & { count?: number, series?: { count: number }, involvedObject: { kind: string, name: string } }
  return {
    type: type ?? 'Normal',
    reason: reason ?? '',
    message: (message ?? '').slice(0, 500),
    object: `${kindWord(involvedObject.kind ?? '')}/${involvedObject.name}`,
    count: series?.count ?? count ?? 1,
    at: lastTimestamp ?? eventTime ?? event.metadata.creationTimestamp ?? '',
  }
}

/**
 * any other kind, of custom resources too: `status` (its phase, where it has one), `conditions` (`{Ready: "True"}`),
 * `owner`.
 */
function projectOther(object: KubeObject): View {
  const { phase, state } = (object.status ?? {}) as { phase?: unknown, state?: unknown }
  const word = phase ?? state
  const conditions = Object.fromEntries(conditionsOf(object).map(({ type, status }) => [type, status]))
  return {
    ...typeof word === 'string' && { status: word },
    ...Object.keys(conditions).length && { conditions },
    ...ownerOf(object),
  }
}

function imageOf({ template }: Record<string, any>): string {
  return (template?.spec?.containers?.[0]?.image as string | undefined) ?? ''
}

/** Labels that say something on a slide: not the session's, nor those of the machinery. */
function ownLabels(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith('dev.kamishibai.') && !key.endsWith('-template-hash') && !/(?:^|\.)kubernetes\.io\//.test(key)))
}
