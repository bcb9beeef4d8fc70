import type { KubeList, KubeObject } from '../objects.ts'
import { createApi } from '../api.ts'
import { accessOf } from '../credentials.ts'
import { holds } from '../objects.ts'
import { contextOf, kubeconfigOf } from './place.ts'

/** A node as `cluster status` tells it. */
export interface NodeState { name: string, ready: boolean, version: string }

/** The nodes of a cluster that we made, as its API server has them. */
export async function nodeObjectsOf(env: Record<string, string | undefined>, name: string): Promise<KubeObject[]> {
  const api = createApi(await accessOf(kubeconfigOf(env, name), contextOf(name)))
  return (await api.get<KubeList>('/api/v1/nodes', { signal: AbortSignal.timeout(3000) })).items
}

/** The nodes of a cluster that we made, or why it does not tell them. */
export async function nodesOf(
  env: Record<string, string | undefined>,
  name: string,
): Promise<{ nodes: NodeState[], error?: string }> {
  try {
    const items = await nodeObjectsOf(env, name)
    return {
      nodes: items.map(node => ({
        name: node.metadata.name,
        ready: holds(node, 'Ready'),
        version: node.status?.nodeInfo?.kubeletVersion ?? '',
      })),
    }
  }
  catch (error) {
    return { nodes: [], error: (error as Error).message }
  }
}
