import type { ChildProcess } from 'node:child_process'
import type { TestProject } from 'vitest/node'
import type { Tier } from '../../runners/kubernetes/cluster/maker.ts'
import type { ClusterPlan } from './planned.ts'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createApi } from '../../runners/kubernetes/api.ts'
import { isInstalled } from '../../runners/kubernetes/cluster/command.ts'
import { twoNode } from '../../runners/kubernetes/cluster/two-node.ts'
import { accessOf } from '../../runners/kubernetes/credentials.ts'
import { findContext } from '../../runners/kubernetes/kube-context.ts'
import { findDocker } from './docker.ts'
import { promised, removePlanned } from './planned.ts'

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
    /** How the cluster of this project is made before its first test; undefined where there is one or none. */
    clusterPlan: ClusterPlan | undefined
  }
}

/** A cluster, or how it will be made, and how to leave all as it was. */
export interface FoundCluster { cluster: TestCluster, plan?: ClusterPlan, stop: () => Promise<void> }

type Env = NodeJS.ProcessEnv

const PACKAGES: Record<Tier, string[]> = {
  api: ['iproute2'],
  nodes: ['containerd', 'runc', 'containernetworking-plugins', 'conntrack', 'socat', 'nftables', 'iproute2', 'iptables'],
}

/** A cluster that is there, else the plan of one of our own; says in one line what it found, or why there is none. */
export async function findCluster(tier: Tier = 'nodes', env: Env = process.env): Promise<FoundCluster | { skip: string }> {
  const existing = await findExisting(env)
  if (existing) {
    console.log(`kubernetes: the context ${existing.context} of ${existing.kubeconfig}`)
    return { cluster: existing, stop: async () => {} }
  }
  const found = await planOwn(tier, env)
  if ('skip' in found) {
    if (env.CI === 'true')
      throw new Error(`kubernetes: ${found.skip}; under CI nothing is skipped`)
    console.log(`kubernetes: skipped, no cluster answers, and none can be made: ${found.skip}`)
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

async function planOwn(tier: Tier, env: Env): Promise<FoundCluster | { skip: string }> {
  const missing = install(tier, env)
  if (missing)
    return { skip: missing }
  const docker = tier === 'nodes' ? await findDocker() : undefined
  if (docker && 'skip' in docker)
    return docker
  const plan = { name: `test-${tier === 'api' ? 'api-' : ''}${process.pid}`, tier, dockerHost: docker?.host }
  return {
    cluster: promised(plan),
    plan,
    async stop() {
      await removePlanned(plan)
      await docker?.stop()
    },
  }
}

/** Installs what a cluster of our own is made with; returns what is missing all the same. */
function install(tier: Tier, env: Env): string | undefined {
  if (process.platform === 'linux' && process.getuid?.() === 0 && twoNode.missing(env, tier) && existsSync('/etc/debian_version')) {
    const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    execFileSync('apt-get', ['update', '-q'], { env: quiet, stdio: 'ignore' })
    execFileSync('apt-get', ['install', '-qy', '--no-install-recommends', ...PACKAGES[tier]], { env: quiet, stdio: 'ignore' })
  }
  return twoNode.missing(env, tier) ?? (isInstalled('go', env) ? undefined : 'Go is not installed')
}

/**
 * The first time on a machine this takes ten minutes: beside tests that mostly wait, and behind them for the
 * processors.
 */
function startBuilding(): ChildProcess {
  return spawn('nice', ['-n', '19', process.execPath, join(import.meta.dirname, 'build.ts')], { stdio: 'inherit' })
}

/**
 * Provides the cluster of a project under `key`, begins to build what it is made of, and returns how to take away what
 * was made.
 */
export async function provideCluster(project: TestProject, key: 'cluster' | 'controlPlane', tier: Tier): Promise<() => Promise<void>> {
  const found = await findCluster(tier)
  if ('skip' in found)
    return async () => {}
  project.provide(key, found.cluster)
  project.provide('clusterPlan', found.plan)
  const building = found.plan && startBuilding()
  return async () => {
    building?.kill()
    await found.stop()
  }
}

/** vitest's globalSetup: provides `cluster`, and takes away what was made. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  return provideCluster(project, 'cluster', 'nodes')
}
