import type { RunnerConfig } from '../protocol/runner.ts'
import type { Api } from './api.ts'
import type { AllowedContext } from './context.ts'
import type { KubeList } from './objects.ts'
import { contextOf, readRecords } from './cluster/place.ts'
import { holds } from './objects.ts'

/** True where the cluster offers what a step requires, else why not; undefined for what is no matter of a cluster. */
export async function offersOf(requirement: string, api: Api, { name }: AllowedContext, { env }: Pick<RunnerConfig, 'env'>): Promise<true | string | undefined> {
  const maker = readRecords(env).find(record => contextOf(record.name) === name)?.maker
  const [what, count] = requirement.split(':')
  if (what === 'nodes') {
    const { items } = await api.get<KubeList>('/api/v1/nodes')
    const ready = items.filter(node => holds(node, 'Ready') && !node.spec?.unschedulable).length
    return ready >= Number(count) || `the cluster ${name} has ${ready} ready ${ready === 1 ? 'node' : 'nodes'}`
  }
  // Of these it is known; a trial with pods would take longer than a start may.
  if (what === 'policy')
    return maker === 'kind' || maker === 'k3d' || maker === 'minikube' || /^(?:kind|k3d)-/.test(name) || `the network of the cluster ${name} ${maker ? 'does not enforce' : 'is not known to enforce'} policies`
  if (what === 'etcd')
    return maker === 'two-node' || `the etcd of the cluster ${name} cannot be reached from here`
  return undefined
}
