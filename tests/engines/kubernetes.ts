import type { TestProject } from 'vitest/node'
import type { Tier } from '../../runners/kubernetes/cluster/maker.ts'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createApi } from '../../runners/kubernetes/api.ts'
import { createCluster, deleteCluster } from '../../runners/kubernetes/cluster/cluster.ts'
import { twoNode } from '../../runners/kubernetes/cluster/two-node.ts'
import { findContext } from '../../runners/kubernetes/context.ts'
import { accessOf } from '../../runners/kubernetes/credentials.ts'
import { findDocker } from './docker.ts'

/** A cluster for tests. */
export interface TestCluster {
  kubeconfig: string
  context: string
  /** The name under which `kamishibai cluster` knows it, where it made it. */
  name?: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The cluster for tests; undefined where there is none. */
    cluster: TestCluster | undefined
    /** A cluster for tests that need no nodes, which may have none; undefined where there is none. */
    controlPlane: TestCluster | undefined
  }
}

/** A cluster and how to leave it as it was. */
export interface FoundCluster { cluster: TestCluster, stop: () => Promise<void> }

type Env = NodeJS.ProcessEnv

/** What tests run on the nodes. */
const IMAGE = 'kamishibai/demo:1'
const PACKAGES: Record<Tier, string[]> = {
  api: ['iproute2'],
  nodes: ['containerd', 'runc', 'containernetworking-plugins', 'conntrack', 'socat', 'nftables', 'iproute2', 'iptables'],
}
const WHAT: Record<Tier, string> = { api: 'a control plane', nodes: 'two nodes' }

/** A cluster that is there, else one of our own; says in one line what it used, or why there is none. */
export async function findCluster(tier: Tier = 'nodes', env: Env = process.env): Promise<FoundCluster | { skip: string }> {
  const existing = await findExisting(env)
  if (existing) {
    console.log(`kubernetes: the context ${existing.context} of ${existing.kubeconfig}`)
    return { cluster: existing, stop: async () => {} }
  }
  const found = await makeOwn(tier, env).catch((error: Error) => ({ skip: `no cluster answers, and none can be made: ${error.message}` }))
  if ('skip' in found) {
    if (env.CI === 'true')
      throw new Error(`kubernetes: ${found.skip}; under CI nothing is skipped`)
    console.log(`kubernetes: skipped, ${found.skip}`)
  }
  return found
}

/** `KAMISHIBAI_TEST_KUBECONFIG`, else a context of kind, k3d or minikube, if it answers. */
async function findExisting(env: Env): Promise<TestCluster | undefined> {
  const named = env.KAMISHIBAI_TEST_KUBECONFIG
  // Not the clusters that Kamishibai made: one may be in use for a talk.
  const files = named ?? env.KUBECONFIG ?? join(homedir(), '.kube', 'config')
  const context = await findContext({ env: { KUBECONFIG: files, XDG_STATE_HOME: '/nonexistent' }, contexts: [] })
  if (!('name' in context)) {
    if (named)
      throw new Error(`kubernetes: KAMISHIBAI_TEST_KUBECONFIG: ${context.reason}`)
    return undefined
  }
  const api = createApi(await accessOf(context.file, context.name))
  const answers = await api.get('/version', { signal: AbortSignal.timeout(3000) }).then(() => true, () => false)
  return answers ? { kubeconfig: context.file, context: context.name } : undefined
}

async function makeOwn(tier: Tier, env: Env): Promise<FoundCluster | { skip: string }> {
  if (process.platform === 'linux' && process.getuid?.() === 0 && twoNode.missing(env, tier) && existsSync('/etc/debian_version')) {
    const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    execFileSync('apt-get', ['update', '-q'], { env: quiet, stdio: 'ignore' })
    execFileSync('apt-get', ['install', '-qy', '--no-install-recommends', ...PACKAGES[tier]], { env: quiet, stdio: 'ignore' })
  }
  const missing = twoNode.missing(env, tier)
  if (missing)
    return { skip: missing }
  if (tier === 'api')
    return make(tier, env)
  const docker = await findDocker()
  if ('skip' in docker)
    return docker
  try {
    const here = { ...env, DOCKER_HOST: docker.host }
    if (!hasImage(here))
      execFileSync(process.execPath, [join(import.meta.dirname, '../../slides/demo/build-image.ts')], { env: here, stdio: 'ignore' })
    const { cluster, stop } = await make(tier, here)
    return {
      cluster,
      async stop() {
        await stop()
        await docker.stop()
      },
    }
  }
  catch (error) {
    await docker.stop()
    throw error
  }
}

async function make(tier: Tier, env: Env): Promise<FoundCluster> {
  const name = `test-${tier === 'api' ? 'api-' : ''}${process.pid}`
  const began = Date.now()
  const { kubeconfig, context } = await createCluster({
    name,
    env,
    images: [IMAGE],
    dockerHost: env.DOCKER_HOST,
    maker: 'two-node',
    tier,
    progress: (label, done, total) => total && total > 6 && console.log(`kubernetes: ${label} (${done! + 1} of ${total})`),
  })
  console.log(`kubernetes: ${WHAT[tier]} of its own, made in ${Math.round((Date.now() - began) / 1000)} s`)
  return { cluster: { kubeconfig, context, name }, stop: () => deleteCluster(env, name) }
}

function hasImage(env: Env): boolean {
  try {
    execFileSync('docker', ['image', 'inspect', IMAGE], { env, stdio: 'ignore' })
    return true
  }
  catch {
    return false
  }
}

/** vitest's globalSetup: provides `cluster`, and takes away what it made. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const found = await findCluster()
  project.provide('cluster', 'cluster' in found ? found.cluster : undefined)
  return async () => {
    if ('cluster' in found)
      await found.stop()
  }
}
