import type { RunnerConfig } from '../protocol/runner.ts'
import type { Api } from './api.ts'
import type { Maker } from './cluster/place.ts'
import type { AllowedContext } from './kube-context.ts'
import type { KubeList, KubeObject } from './objects.ts'
import { contextOf, readRecords } from './cluster/place.ts'
import { holds } from './objects.ts'

/** DaemonSets of networks that enforce policies, by the names that their makers give them. */
const RE_ENFORCER = /^(?:calico-node|canal|cilium|antrea-agent|kube-router|weave-net|ovnkube-node|kube-network-policies)$/
/** The date in the tag of kind's own network, since when it enforces policies; source: release notes of kind 0.24. */
const KINDNET_SINCE = 20240813

/** True where the cluster offers what a step requires, else why not; undefined for what is no matter of a cluster. */
export async function offersOf(requirement: string, api: Api, { name }: AllowedContext, { env }: Pick<RunnerConfig, 'env'>): Promise<true | string | undefined> {
  const maker = readRecords(env).find(record => contextOf(record.name) === name)?.maker
  const [what, count] = requirement.split(':')
  if (what === 'nodes') {
    const { items } = await api.get<KubeList>('/api/v1/nodes')
    const ready = items.filter(node => holds(node, 'Ready') && !node.spec?.unschedulable).length
    return ready >= Number(count) || `the cluster ${name} has ${ready} ready ${ready === 1 ? 'node' : 'nodes'}`
  }
  if (what === 'policy')
    return await enforcesPolicies(api, name, maker) || `the network of the cluster ${name} is not known to enforce policies`
  if (what === 'etcd')
    return maker === 'two-node' || `the etcd of the cluster ${name} cannot be reached from here`
  if (what === 'overlay')
    return maker === 'two-node' || `the overlay of the cluster ${name} cannot be measured from here`
  return undefined
}

/** Known by what the network is made of; a trial with pods would take longer than a start may. */
async function enforcesPolicies(api: Api, context: string, maker?: Maker): Promise<boolean> {
  // What enforces them is started beside the nodes of two-node, and a part of k3s: no DaemonSet tells of it.
  if (maker === 'two-node' || maker === 'k3d' || context.startsWith('k3d-'))
    return true
  const { items } = await api.get<KubeList>('/apis/apps/v1/daemonsets')
  return items.some(({ metadata, spec }) => RE_ENFORCER.test(metadata.name) || (metadata.name === 'kindnet' && kindnetDate(spec) >= KINDNET_SINCE))
}

/** `20240813` of `kindest/kindnetd:v20240813-c6f155d6`; 0 for other images. */
function kindnetDate(spec: KubeObject['spec']): number {
  const { containers = [] }
    = (spec?.template as { spec?: { containers?: { image?: string }[] } } | undefined)?.spec ?? {}
  return Math.max(0, ...containers.map(({ image = '' }) => Number(/kindnetd:v(\d{8})/.exec(image)?.[1] ?? 0)))
}
