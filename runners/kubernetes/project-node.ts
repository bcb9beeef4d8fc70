import type { View } from '../protocol/event.ts'
import type { KubeObject } from './objects.ts'
import { conditionsOf, holds } from './objects.ts'

/**
 * kind `node`: `ready`, `schedulable`, `controlPlane`, `podCIDR`, `ip`, `version` (of its kubelet), `runtime`, `os`,
 * `kernel`, `cpus` (a number), `memory` (bytes), and `pressure`: names of conditions that trouble it. A node of a
 * cluster that a step made has the `cluster`'s name.
 */
export function projectNode(node: KubeObject): View {
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
export function projectControlPlane({ status = {} }: KubeObject): View {
  return { apiServer: Boolean(status.answers), ...typeof status.etcd === 'boolean' && { etcd: status.etcd } }
}

/** A quantity as a number: `4` or `3920m` CPUs, `24Gi` bytes. */
function toNumber(quantity = '0'): number {
  const [, number, unit = ''] = /^([\d.]+)(\w*)$/.exec(quantity) ?? []
  const factor = { '': 1, 'm': 0.001, 'k': 1e3, 'M': 1e6, 'G': 1e9, 'Ki': 1024, 'Mi': 1024 ** 2, 'Gi': 1024 ** 3, 'Ti': 1024 ** 4 }[unit]
  return Number(number ?? 0) * (factor ?? 1)
}
