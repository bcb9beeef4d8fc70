import type { Socket } from 'node:net'
import type { Api } from '../../runners/kubernetes/api.ts'
import type { KubeList, KubeObject } from '../../runners/kubernetes/objects.ts'
import type { Space } from '../../runners/kubernetes/space.ts'
import type { TestCluster } from '../engines/kubernetes.ts'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createApi } from '../../runners/kubernetes/api.ts'
import { accessOf } from '../../runners/kubernetes/credentials.ts'
import { openSpace } from '../../runners/kubernetes/space.ts'
import { watchCollection } from '../../runners/kubernetes/watch.ts'
import { adminOf, configFor } from './_cluster.ts'

/** A space of its own, watched over connections that a test may cut. */
export interface Watching {
  admin: Api
  space: Space
  /** Watches a collection until `signal`; resolves once all that is there has been told. */
  follow: (path: string, options: { signal: AbortSignal, onChange?: () => void, api?: Pick<Api, 'options'> }) => Promise<Mirror>
  /** Cuts every connection; new ones are taken. */
  cut: () => void
  /** Takes no new connections until `letIn`. */
  shut: () => void
  letIn: () => Promise<void>
  close: () => Promise<void>
}

/** What a watch told, folded: versions by UID; and all that it told twice or out of turn. */
export interface Mirror { state: Map<string, string>, wrong: string[] }

export async function openWatching(cluster: TestCluster): Promise<Watching> {
  const config = await configFor(cluster)
  const access = await accessOf(cluster.kubeconfig, cluster.context)
  const { api: admin } = await adminOf(cluster)
  const space = await openSpace(
    { name: cluster.context, file: cluster.kubeconfig, server: access.server, own: true },
    access,
    config,
  )
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const { hostname, port } = new URL(space.context.server)
    const server = connect(Number(port), hostname)
    for (const [socket, other] of [[client, server], [server, client]] as const)
      sockets.add(socket.on('error', () => {}).on('close', () => other.destroy()).pipe(other))
  })
  let port = 0
  const letIn = async (): Promise<void> => {
    proxy.listen(port, '127.0.0.1')
    await once(proxy, 'listening')
    ;({ port } = proxy.address() as { port: number })
  }
  await letIn()
  return {
    admin,
    space,
    letIn,
    async follow(path, { signal, onChange, api = space.api }) {
      const mirror = createMirror(onChange)
      const synced = Promise.withResolvers<void>()
      const through = createApi({ server: `https://localhost:${port}`, options: api.options })
      void watchCollection(
        through,
        path,
        { onChange: mirror.note, onSynced: synced.resolve },
        { signal, limit: 7, pause: () => delay(20) },
      )
      await synced.promise
      return mirror
    },
    cut() {
      sockets.forEach(socket => socket.destroy())
      sockets.clear()
    },
    shut: () => void proxy.close(),
    async close() {
      proxy.close()
      await space.close()
      await rm(config.privateDir, { recursive: true, force: true })
    },
  }
}

function createMirror(onChange?: () => void): Mirror & { note: (op: string, object: KubeObject) => void } {
  const state = new Map<string, string>()
  const seen = new Set<string>()
  const wrong: string[] = []
  return {
    state,
    wrong,
    note(op, { metadata: { name, uid, resourceVersion } }) {
      const told = `${op} ${uid} ${resourceVersion}`
      if (op !== 'deleted' && seen.has(told))
        wrong.push(`twice: ${told}`)
      if ((op === 'added') === state.has(uid!))
        wrong.push(`out of turn: ${op} ${name}`)
      seen.add(told)
      if (op === 'deleted')
        state.delete(uid!)
      else
        state.set(uid!, resourceVersion!)
      onChange?.()
    },
  }
}

/** Versions by UID, in an order that can be compared. */
export function sorted(versions: Map<string, string> | KubeList): string[][] {
  return [...'items' in versions ? versions.items.map(({ metadata }) => [metadata.uid!, metadata.resourceVersion!]) : versions].sort()
}
