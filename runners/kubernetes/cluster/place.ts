import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

type Env = Record<string, string | undefined>

/** What makes a cluster; the first three are the tools of their names. */
export type Maker = 'kind' | 'k3d' | 'minikube' | 'two-node'

/** What is kept of a cluster that Kamishibai made. */
export interface ClusterRecord {
  name: string
  maker: Maker
  createdAt: string
  /** The process that is making it, or died of it; gone once it is complete. */
  madeBy?: number
  /** Those of the session in which a step made it: it goes with the session. */
  labels?: Record<string, string>
  /** The third number of its node network 10.250.N.0/24; of a two-node cluster only. */
  subnet?: number
}

const RECORD = 'cluster.json'

/** The folder of everything about clusters that outlives a command. */
export function clustersDir(env: Env): string {
  return join(env.XDG_STATE_HOME || join(env.HOME ?? homedir(), '.local', 'state'), 'kamishibai', 'clusters')
}

/**
 * Where the commands of Kubernetes lie that were built here, outside of every working tree; `key` tells their versions.
 */
export function binariesDir(env: Env, key: string): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), '.cache'), 'kamishibai', 'kubernetes', key)
}

/** The folder of one cluster. */
export function clusterDir(env: Env, name: string): string {
  return join(clustersDir(env), name)
}

/** The kubeconfig of a cluster that we made; its context is `kamishibai-NAME`. */
export function kubeconfigOf(env: Env, name: string): string {
  return join(clusterDir(env, name), 'kubeconfig')
}

/** The name of the context, as decks and the allow-list know it. */
export function contextOf(name: string): string {
  return `kamishibai-${name}`
}

/** Where the record of the cluster in `dir` lies. */
export function recordIn(dir: string): string {
  return join(dir, RECORD)
}

/** Keeps what was made; the folder is the user's alone. */
export function writeRecord(env: Env, record: ClusterRecord): void {
  mkdirSync(clusterDir(env, record.name), { recursive: true, mode: 0o700 })
  writeFileSync(recordIn(clusterDir(env, record.name)), `${JSON.stringify(record, null, 2)}\n`)
}

/** What is known of a cluster; undefined where Kamishibai made none of this name. */
export function readRecord(env: Env, name: string): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordIn(clusterDir(env, name)), 'utf8')) as ClusterRecord
  }
  catch {
    return undefined
  }
}

/** All clusters that Kamishibai made, by name. */
export function readRecords(env: Env): ClusterRecord[] {
  const dir = clustersDir(env)
  return existsSync(dir) ? readdirSync(dir).sort().flatMap(name => readRecord(env, name) ?? []) : []
}

/**
 * A few letters for the namespaces and cables of a cluster; by its folder, so that two users or checkouts do not meet.
 */
export function idOf(dir: string): string {
  return createHash('sha256').update(dir).digest('hex').slice(0, 5)
}
