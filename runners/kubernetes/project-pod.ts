import type { View } from '../protocol/event.ts'
import type { KubeObject } from './objects.ts'
import { holds, ownerOf } from './objects.ts'

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
 * `restarts`, `node` and `ip` once it has them, `owner` (`ReplicaSet/web-5d`), `image` and `imageId` of the first container, and
 * `containers`: `{name, image, ready, restarts, state}`.
 */
export function projectPod(pod: KubeObject): View {
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
