import type { Tier } from '../../runners/kubernetes/cluster/maker.ts'
import type { TestCluster } from './kubernetes.ts'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { createCluster, deleteCluster, listClusters } from '../../runners/kubernetes/cluster/cluster.ts'
import { contextOf, kubeconfigOf } from '../../runners/kubernetes/cluster/place.ts'
import { takeTurn } from './turns.ts'

/** A cluster that is made when the first test needs it. */
export interface ClusterPlan {
  name: string
  tier: Tier
  /** Whose images its nodes get. */
  dockerHost?: string
}

/** What tests run on the nodes. */
const IMAGE = 'kamishibai/demo:1'
const WHAT: Record<Tier, string> = { api: 'a control plane', nodes: 'two nodes' }

/** The cluster of a plan, as it will be. */
export function promised({ name }: ClusterPlan): TestCluster {
  return { kubeconfig: kubeconfigOf(process.env, name), context: contextOf(name), name }
}

/** Makes the cluster of a plan; one that is there stays. */
export async function makePlanned({ name, tier, dockerHost }: ClusterPlan): Promise<void> {
  if (isThere(name))
    return
  const env = { ...process.env, ...dockerHost && { DOCKER_HOST: dockerHost } }
  if (tier === 'nodes' && !hasImage(env))
    execFileSync(process.execPath, [join(import.meta.dirname, '../../slides/demo/build-image.ts')], { env, stdio: 'ignore' })
  const began = Date.now()
  await createCluster({ name, env, images: [IMAGE], dockerHost, maker: 'two-node', tier, progress: () => {} })
  console.log(`kubernetes: ${WHAT[tier]} of its own, made in ${Math.round((Date.now() - began) / 1000)} s`)
}

/** Takes away what was made of a plan, which several projects may have. */
export async function removePlanned({ name }: ClusterPlan): Promise<void> {
  const done = await takeTurn(`${name}-end`)
  if (isThere(name))
    await deleteCluster(process.env, name)
  await done()
}

function isThere(name: string): boolean {
  return listClusters(process.env).some(cluster => cluster.name === name)
}

function hasImage(env: NodeJS.ProcessEnv): boolean {
  try {
    execFileSync('docker', ['image', 'inspect', IMAGE], { env, stdio: 'ignore' })
    return true
  }
  catch {
    return false
  }
}
