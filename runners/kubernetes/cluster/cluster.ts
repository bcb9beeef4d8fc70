import type { ClusterMaker, Making, Progress, Tier } from './maker.ts'
import type { ClusterRecord, Maker } from './place.ts'
import { mkdir, rm } from 'node:fs/promises'
import process from 'node:process'
import { StepError } from '../../protocol/error.ts'
import { clusterDir, contextOf, kubeconfigOf, readRecord, readRecords, writeRecord } from './place.ts'
import { claimSubnet } from './subnet.ts'
import { k3d, kind, minikube } from './tools.ts'
import { twoNode } from './two-node.ts'

type Env = Record<string, string | undefined>

/** In the order in which they are taken. */
const MAKERS: Record<Maker, ClusterMaker> = { kind, k3d, minikube, 'two-node': twoNode }

/** `talk` and the like: it becomes part of names of containers, namespaces and folders. */
const RE_NAME = /^[a-z][a-z0-9-]{0,30}$/

/** A cluster that Kamishibai made. */
export interface Cluster extends ClusterRecord {
  context: string
  kubeconfig: string
}

export interface CreateOptions {
  name: string
  env: Env
  /** Images of the local engine that every node gets; the first carries a shell. */
  images: string[]
  dockerHost?: string
  /** @default the first that can work here */
  maker?: Maker
  /** @default nodes */
  tier?: Tier
  /** Those of the session in which a step makes it. */
  labels?: Record<string, string>
  progress: Progress
  signal?: AbortSignal
}

/** Makes a cluster for a talk; throws StepError where a cluster of this name is there, or nothing can make one here. */
export async function createCluster({ name, env, images, dockerHost, maker, tier = 'nodes', labels, progress, signal }: CreateOptions): Promise<Cluster> {
  checkName(name)
  const before = readRecord(env, name)
  if (before?.madeBy && isAlive(before.madeBy))
    throw new StepError('name-taken', `the cluster ${name} is being made, by process ${before.madeBy}`, 'Wait for it, or take another name.')
  if (before && !before.madeBy)
    throw new StepError('name-taken', `there is a cluster ${name} already, made by ${before.maker}`, `Use its context ${contextOf(name)}, or remove it: kamishibai cluster delete ${name}`)
  const chosen = maker ?? chooseMaker(env)
  const missing = MAKERS[chosen].missing(env, tier)
  if (missing)
    throw new StepError('missing-tool', missing, 'Or choose another with --maker kind, k3d, minikube or two-node.')
  const record: ClusterRecord = {
    name,
    maker: chosen,
    createdAt: new Date().toISOString(),
    madeBy: process.pid,
    ...labels && { labels },
    ...chosen === 'two-node' && { subnet: before?.subnet ?? claimSubnet(clusterDir(env, name), readRecords(env)) },
  }
  writeRecord(env, record)
  const making: Making = { name, dir: clusterDir(env, name), env, images, dockerHost, tier, progress, signal }
  try {
    await MAKERS[chosen].create(making)
  }
  catch (error) {
    await MAKERS[chosen].remove(making).catch(() => {})
    await rm(making.dir, { recursive: true, force: true })
    throw error
  }
  const complete = { ...record, madeBy: undefined }
  writeRecord(env, complete)
  return clusterOf(env, complete)
}

/** Removes a cluster that Kamishibai made, and nothing else; throws StepError for any other. */
export async function deleteCluster(env: Env, name: string): Promise<void> {
  const record = needRecord(env, name)
  const dir = clusterDir(env, name)
  await mkdir(dir, { recursive: true })
  await MAKERS[record.maker].remove({ name, dir, env })
  await rm(dir, { recursive: true, force: true })
}

/** Cuts a node off the cluster's network, or joins it again. */
export async function linkNode(env: Env, name: string, node: string, up: boolean): Promise<void> {
  const record = needRecord(env, name)
  const { link } = MAKERS[record.maker]
  if (!link)
    throw new StepError('unsupported', `a cluster made by ${record.maker} cannot cut off a node`, 'The two-node cluster can.')
  await link({ name, dir: clusterDir(env, name), env }, node, up)
}

/** The clusters that Kamishibai made on this machine. */
export function listClusters(env: Env): Cluster[] {
  return readRecords(env).map(record => clusterOf(env, record))
}

function clusterOf(env: Env, record: ClusterRecord): Cluster {
  return { ...record, context: contextOf(record.name), kubeconfig: kubeconfigOf(env, record.name) }
}

function needRecord(env: Env, name: string): ClusterRecord {
  checkName(name)
  const record = readRecord(env, name)
  if (!record) {
    const names = readRecords(env).map(r => r.name)
    throw new StepError('not-found', `Kamishibai made no cluster ${name}`, names.length ? `It made: ${names.join(', ')}.` : 'Make one: kamishibai cluster create')
  }
  return record
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  }
  catch {
    return false
  }
}

function checkName(name: string): void {
  if (!RE_NAME.test(name))
    throw new StepError('usage', `${JSON.stringify(name)} is no name of a cluster`, 'It begins with a letter and holds small letters, digits and hyphens, at most 31.')
}

function chooseMaker(env: Env): Maker {
  const names = Object.keys(MAKERS) as Maker[]
  const found = names.find(name => !MAKERS[name].missing(env))
  if (!found) {
    const reasons = names.map(name => MAKERS[name].missing(env)).join('; ')
    throw new StepError('missing-tool', `nothing on this machine can make a cluster: ${reasons}`, 'Install kind: it needs a Docker engine only.')
  }
  return found
}
