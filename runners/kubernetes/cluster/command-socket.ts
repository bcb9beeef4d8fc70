import type { Grant } from '../../protocol/grant.ts'
import type { KubeObject } from '../objects.ts'
import type { Progress } from './maker.ts'
import type { Maker } from './place.ts'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { isStepError, StepError, toErrorInfo } from '../../protocol/error.ts'
import { createCluster, deleteCluster, linkNode } from './cluster.ts'
import { nodeObjectsOf } from './nodes.ts'
import { statesOf } from './states.ts'

type Env = Record<string, string | undefined>

/** The variable by which a command in a step finds the service that carries it out. */
export const SERVICE = 'KAMISHIBAI_CLUSTER'

/** What a step may ask for. */
export interface ClusterRequest {
  action: 'create' | 'delete' | 'cut' | 'join' | 'status'
  /** @default the session's own cluster, or `talk` for a new one */
  name?: string
  node?: string
  maker?: Maker
  images?: string[]
}

type Answer
  = { progress: Parameters<Progress> } | { done: Record<string, unknown> } | { error: ReturnType<typeof toErrorInfo> }

/** Carries out, outside of the guard, what steps ask for and the deck's grants allow. */
export interface ClusterService {
  path: string
  /** Joins again what was cut off, and takes no more requests. */
  close: () => Promise<void>
}

export interface ServeOptions {
  path: string
  env: Env
  grants: readonly Grant[]
  /** The name of the cluster that the session is in, where Kamishibai made it. */
  own?: string
  /** Of the session: its clusters are found by them after a crash. */
  labels: Record<string, string>
  /** Told the nodes of each cluster that a step made. */
  onCreated: (name: string, nodes: KubeObject[]) => void
}

/** Listens at a socket in the session's folder. */
export async function serveClusters(options: ServeOptions): Promise<ClusterService> {
  const { path, env, labels, onCreated } = options
  const cut = new Map<string, [name: string, node: string]>()
  const made = new Set<string>()
  const over = new AbortController()

  async function carryOut(
    { action, name, node = '', maker, images = [] }: ClusterRequest,
    progress: Progress,
  ): Promise<Record<string, unknown>> {
    if (action === 'status')
      return { clusters: await statesOf(env, name) }
    const cluster = clusterFor({ action, name }, options)
    if (action === 'create') {
      const asked = { name: cluster, env, images, maker, labels, progress, signal: over.signal }
      const { context, kubeconfig, maker: by } = await createCluster(asked)
      made.add(cluster)
      onCreated(cluster, await nodeObjectsOf(env, cluster))
      return { name: cluster, context, kubeconfig, maker: by }
    }
    if (action === 'delete') {
      if (!made.has(cluster)) {
        throw new StepError(
          'not-own',
          `a step may not delete the cluster ${cluster}: no step made it`,
          `You may: kamishibai cluster delete ${cluster}`,
        )
      }
      await deleteCluster(env, cluster)
      made.delete(cluster)
      return { deleted: cluster }
    }
    await linkNode(env, cluster, node, action === 'join')
    if (action === 'cut')
      cut.set(`${cluster} ${node}`, [cluster, node])
    else cut.delete(`${cluster} ${node}`)
    return { cluster, node, joined: action === 'join' }
  }

  rmSync(path, { force: true })
  const server = createServer(async (socket) => {
    const say = (answer: Answer): void => void socket.write(`${JSON.stringify(answer)}\n`)
    socket.on('error', () => {})
    const [line] = (await once(createInterface({ input: socket }), 'line').catch(() => [])) as [string?]
    try {
      if (line)
        say({ done: await carryOut(JSON.parse(line) as ClusterRequest, (...progress) => say({ progress })) })
    }
    catch (error) {
      say({ error: toErrorInfo(error) })
    }
    socket.end()
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    path,
    async close() {
      over.abort(new StepError('cancelled', 'the session ends'))
      server.close()
      for (const [name, node] of cut.values())
        await linkNode(env, name, node, true).catch(() => {})
      for (const name of made)
        await deleteCluster(env, name).catch(() => {})
    },
  }
}

/** The cluster that a request is for. Throws StepError where the deck may not ask for it, or it is none of ours. */
function clusterFor({ action, name }: Pick<ClusterRequest, 'action' | 'name'>, { grants, own }: ServeOptions): string {
  const needed = action === 'create' || action === 'delete' ? 'create' : 'cut'
  if (!grants.some(grant => grant.type === 'cluster' && grant.action === needed)) {
    throw new StepError(
      'not-granted',
      `the deck may not ${action} ${needed === 'cut' ? 'nodes' : 'clusters'}`,
      `Give it the grant cluster:${needed} in its headmatter.`,
    )
  }
  const cluster = name ?? (needed === 'cut' ? own : 'talk')
  if (!cluster) {
    throw new StepError(
      'unsupported',
      'Kamishibai did not make the cluster of this session',
      'Only nodes of its own clusters can be cut off: kamishibai cluster create',
    )
  }
  return cluster
}

/** Asks the service of the session, from a command in one of its steps. */
export async function askService(
  path: string,
  request: ClusterRequest,
  progress: Progress,
): Promise<Record<string, unknown>> {
  const socket = createConnection(path)
  try {
    await once(socket, 'connect')
    socket.write(`${JSON.stringify(request)}\n`)
    for await (const line of createInterface({ input: socket })) {
      const answer = JSON.parse(line) as Answer
      if ('error' in answer)
        throw new StepError(answer.error.code, answer.error.message, answer.error.hint)
      if ('done' in answer)
        return answer.done
      progress(...answer.progress)
    }
    throw new StepError('engine-lost', 'the session ended meanwhile')
  }
  catch (error) {
    throw isStepError(error)
      ? error
      : new StepError('engine-lost', `the session's service does not answer: ${(error as Error).message}`)
  }
  finally {
    socket.destroy()
  }
}
