import type { TestProject } from 'vitest/node'
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
  }
}

/** A cluster and how to leave it as it was. */
export interface FoundCluster { cluster: TestCluster, stop: () => Promise<void> }

/** What tests run on the nodes. */
const IMAGE = 'kamishibai/demo:1'
const PACKAGES = ['containerd', 'runc', 'containernetworking-plugins', 'conntrack', 'socat', 'nftables', 'iproute2', 'iptables']

/** A cluster that is there, else two nodes of our own; says in one line what it used, or why there is none. */
export async function findCluster(): Promise<FoundCluster | { skip: string }> {
  const existing = await findExisting()
  if (existing) {
    console.log(`kubernetes: the context ${existing.context} of ${existing.kubeconfig}`)
    return { cluster: existing, stop: async () => {} }
  }
  const found = await makeOwn().catch((error: Error) => ({ skip: `no cluster answers, and none can be made: ${error.message}` }))
  if ('skip' in found) {
    if (process.env.CI === 'true')
      throw new Error(`kubernetes: ${found.skip}; under CI nothing is skipped`)
    console.log(`kubernetes: skipped, ${found.skip}`)
  }
  return found
}

/** `KAMISHIBAI_TEST_KUBECONFIG`, else a context of kind, k3d or minikube, if it answers. */
async function findExisting(): Promise<TestCluster | undefined> {
  const named = process.env.KAMISHIBAI_TEST_KUBECONFIG
  // Not the clusters that Kamishibai made: one may be in use for a talk.
  const files = named ?? process.env.KUBECONFIG ?? join(homedir(), '.kube', 'config')
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

async function makeOwn(): Promise<FoundCluster | { skip: string }> {
  if (process.platform === 'linux' && process.getuid?.() === 0 && twoNode.missing(process.env) && existsSync('/etc/debian_version')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    execFileSync('apt-get', ['update', '-q'], { env, stdio: 'ignore' })
    execFileSync('apt-get', ['install', '-qy', '--no-install-recommends', ...PACKAGES], { env, stdio: 'ignore' })
  }
  const missing = twoNode.missing(process.env)
  if (missing)
    return { skip: missing }
  const docker = await findDocker()
  if ('skip' in docker)
    return docker
  try {
    const env = { ...process.env, DOCKER_HOST: docker.host }
    if (!hasImage(env))
      execFileSync(process.execPath, [join(import.meta.dirname, '../../slides/demo/build-image.ts')], { env, stdio: 'ignore' })
    const name = `test-${process.pid}`
    const began = Date.now()
    const made = await createCluster({
      name,
      env,
      images: [IMAGE],
      dockerHost: docker.host,
      maker: 'two-node',
      progress: (label, done, total) => total && total > 6 && console.log(`kubernetes: ${label} (${done! + 1} of ${total})`),
    })
    console.log(`kubernetes: two nodes of its own, made in ${Math.round((Date.now() - began) / 1000)} s`)
    return {
      cluster: { kubeconfig: made.kubeconfig, context: made.context, name },
      async stop() {
        await deleteCluster(env, name)
        await docker.stop()
      },
    }
  }
  catch (error) {
    await docker.stop()
    throw error
  }
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

/** vitest's globalSetup: provides `cluster`, and takes away what it made. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const found = await findCluster()
  project.provide('cluster', 'cluster' in found ? found.cluster : undefined)
  return async () => {
    if ('cluster' in found)
      await found.stop()
  }
}
