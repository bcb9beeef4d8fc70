import type { Cluster } from './cluster.ts'
import type { NodeState } from './nodes.ts'
import { listClusters } from './cluster.ts'
import { nodesOf } from './nodes.ts'

/** A cluster as `kamishibai cluster status` tells it. */
export interface ClusterState extends Pick<Cluster, 'name' | 'maker' | 'createdAt' | 'context' | 'kubeconfig'> {
  nodes: NodeState[]
  /** Why nothing is known of its nodes. */
  error?: string
}

/** How the clusters stand that Kamishibai made here, or the one of this name; empty where there is none. */
export async function statesOf(env: Record<string, string | undefined>, only?: string): Promise<ClusterState[]> {
  return Promise.all(
    listClusters(env)
      .filter(({ name }) => !only || name === only)
      .map(async ({ name, maker, createdAt, context, kubeconfig, madeBy }) => ({
        name,
        maker,
        createdAt,
        context,
        kubeconfig,
        ...(madeBy ? { nodes: [], error: 'not complete' } : await nodesOf(env, name)),
      })),
  )
}
