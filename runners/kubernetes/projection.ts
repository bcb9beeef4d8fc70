import type { View } from '../protocol/event.ts'
import type { KubeObject } from './objects.ts'
import { conditionsOf, holds } from './objects.ts'

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

/** A container of a pod as the API tells its state. */
interface ContainerStatus {
  name: string
  image: string
  imageID?: string
  ready: boolean
  restartCount: number
  state?: {
    waiting?: { reason?: string }
    running?: object
    terminated?: { reason?: string, exitCode: number, signal?: number }
  }
}

/**
 * kind `pod`: `status` (the word of `kubectl get pods`: Running, Pending, ContainerCreating, Terminating,
 * CrashLoopBackOff,
 * Completed, …), `phase` (Pending, Running, Succeeded, Failed, Unknown), `ready`, `readyContainers` (`1/2`),
 * `restarts`,
 * `node` and `ip` once it has them, `owner` (`ReplicaSet/web-5d`), `image` and `imageId` of the first container, and
 * `containers`: `{name, image, ready, restarts, state}`.
 */
function projectPod(pod: KubeObject): View {
  const { spec = {}, status = {} } = pod
  const statuses = (status.containerStatuses ?? []) as ContainerStatus[]
  const containers = (spec.containers as { name: string, image: string }[]).map(({ name, image }) => {
    const known = statuses.find(container => container.name === name)
    return { name, image, ready: known?.ready ?? false, restarts: known?.restartCount ?? 0, state: stateWord(known) }
  })
  const imageId = statuses[0]?.imageID
  return {
    status: podStatus(pod),
    phase: (status.phase as string | undefined) ?? 'Unknown',
    ready: holds(pod, 'Ready'),
    readyContainers: `${containers.filter(({ ready }) => ready).length}/${containers.length}`,
    restarts: containers.reduce((sum, { restarts }) => sum + restarts, 0),
    ...spec.nodeName && { node: spec.nodeName as string },
    ...status.podIP && { ip: status.podIP as string },
    ...ownerOf(pod),
    ...containers[0] && { image: containers[0].image },
    ...imageId && { imageId },
    containers,
  }
}

/** What `kubectl get pods` writes below STATUS. */
export function podStatus({ metadata, status = {} }: KubeObject): string {
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])] as ContainerStatus[]
  if (metadata.deletionTimestamp)
    return status.reason === 'NodeLost' ? 'Unknown' : 'Terminating'
  if (status.reason)
    return status.reason as string
  const odd = statuses.map(container => container.state?.waiting?.reason ?? (container.state?.terminated && stateWord(container))).find(word => word && word !== 'Completed')
  if (odd)
    return odd
  return status.phase === 'Succeeded' ? 'Completed' : (status.phase as string | undefined) ?? 'Unknown'
}

function stateWord(container: ContainerStatus | undefined): string {
  const { waiting, terminated, running } = container?.state ?? {}
  if (terminated)
    return terminated.reason ?? (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`)
  return waiting?.reason ?? (running ? 'Running' : 'Waiting')
}

/**
 * kind `node`: `ready`, `schedulable`, `controlPlane`, `podCIDR`, `ip`, `version` (of its kubelet), `runtime`, `os`,
 * `kernel`,
 * `cpus` (a number), `memory` (bytes), and `pressure`: names of conditions that trouble it. A node of a cluster that a
 * step
 * made has the `cluster`'s name.
 */
function projectNode(node: KubeObject): View {
  const { spec = {}, status = {} } = node
  const info = (status.nodeInfo ?? {}) as Record<string, string>
  const address = ((status.addresses ?? []) as { type: string, address: string }[]).find(({ type }) => type === 'InternalIP')?.address
  return {
    ready: holds(node, 'Ready'),
    schedulable: !spec.unschedulable,
    controlPlane: 'node-role.kubernetes.io/control-plane' in (node.metadata.labels ?? {}),
    ...spec.podCIDR && { podCIDR: spec.podCIDR as string },
    ...address && { ip: address },
    version: info.kubeletVersion ?? '',
    runtime: info.containerRuntimeVersion ?? '',
    os: info.osImage ?? '',
    kernel: info.kernelVersion ?? '',
    cpus: toNumber(status.capacity?.cpu as string | undefined),
    memory: toNumber(status.capacity?.memory as string | undefined),
    pressure: conditionsOf(node).filter(({ type, status: is }) => type !== 'Ready' && is === 'True').map(({ type }) => type),
  }
}

/**
 * kind `controlplane`, which is no object of the API: `apiServer` whether it answers, and `etcd` whether the API server
 * finds it ready; absent where nobody says it.
 */
function projectControlPlane({ status = {} }: KubeObject): View {
  return { apiServer: Boolean(status.answers), ...typeof status.etcd === 'boolean' && { etcd: status.etcd } }
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

function ownerOf({ metadata }: KubeObject): { owner?: string } {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller) ?? metadata.ownerReferences?.[0]
  return owner ? { owner: `${owner.kind}/${owner.name}` } : {}
}

/** Labels that say something on a slide: not the session's, nor those of the machinery. */
function ownLabels(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith('dev.kamishibai.') && !key.endsWith('-template-hash') && !/(?:^|\.)kubernetes\.io\//.test(key)))
}

/** A quantity as a number: `4` or `3920m` CPUs, `24Gi` bytes. */
function toNumber(quantity = '0'): number {
  const [, number, unit = ''] = /^([\d.]+)(\w*)$/.exec(quantity) ?? []
  const factor = { '': 1, 'm': 0.001, 'k': 1e3, 'M': 1e6, 'G': 1e9, 'Ki': 1024, 'Mi': 1024 ** 2, 'Gi': 1024 ** 3, 'Ti': 1024 ** 4 }[unit]
  return Number(number ?? 0) * (factor ?? 1)
}
