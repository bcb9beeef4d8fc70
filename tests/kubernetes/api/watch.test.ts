import type { Socket } from 'node:net'
import type { Api } from '../../../runners/kubernetes/api.ts'
import type { KubeList, KubeObject } from '../../../runners/kubernetes/objects.ts'
import type { Space } from '../../../runners/kubernetes/space.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { createApi } from '../../../runners/kubernetes/api.ts'
import { builtBinaries } from '../../../runners/kubernetes/cluster/binaries.ts'
import { clusterDir, idOf } from '../../../runners/kubernetes/cluster/place.ts'
import { accessOf } from '../../../runners/kubernetes/credentials.ts'
import { openSpace } from '../../../runners/kubernetes/space.ts'
import { watchCollection } from '../../../runners/kubernetes/watch.ts'
import { adminOf, configFor, stopApiServer } from '../_cluster.ts'

const cluster = inject('controlPlane')

/** What a watch told, folded; and all that it told twice or out of turn. */
function createMirror(): { state: Map<string, string>, wrong: string[], onChange: (op: string, object: KubeObject) => void } {
  const state = new Map<string, string>()
  const seen = new Set<string>()
  const wrong: string[] = []
  return {
    state,
    wrong,
    onChange(op, { metadata: { name, uid, resourceVersion } }) {
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
    },
  }
}

describe.skipIf(!cluster?.name)('a watch of a real API server', () => {
  let admin: Api
  let space: Space
  let privateDir: string
  let path: string
  let ending: AbortController
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const { hostname, port } = new URL(space.context.server)
    const server = connect(Number(port), hostname)
    for (const [socket, other] of [[client, server], [server, client]] as const)
      sockets.add(socket.on('error', () => {}).on('close', () => other.destroy()).pipe(other))
  })

  beforeAll(async () => {
    const config = await configFor(cluster!)
    privateDir = config.privateDir
    const access = await accessOf(cluster!.kubeconfig, cluster!.context)
    admin = (await adminOf(cluster!)).api
    space = await openSpace({ name: cluster!.context, file: cluster!.kubeconfig, server: access.server, own: true }, access, config)
    path = `/api/v1/namespaces/${space.namespace}/configmaps`
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
  })

  afterEach(() => ending.abort())

  afterAll(async () => {
    proxy.close()
    await space?.close()
    await rm(privateDir, { recursive: true, force: true })
  })

  async function follow(): Promise<ReturnType<typeof createMirror>> {
    ending = new AbortController()
    const mirror = createMirror()
    const synced = Promise.withResolvers<void>()
    const through = createApi({ server: `https://localhost:${(proxy.address() as { port: number }).port}`, options: space.api.options })
    void watchCollection(through, path, { onChange: mirror.onChange, onSynced: synced.resolve }, { signal: ending.signal, limit: 7, pause: () => delay(20) })
    await synced.promise
    return mirror
  }

  function cut(): void {
    sockets.forEach(socket => socket.destroy())
    sockets.clear()
  }

  async function churn(round: number): Promise<void> {
    const name = `c${round % 20}`
    const before = await admin.get<KubeObject>(`${path}/${name}`).catch(() => undefined)
    if (!before)
      await admin.send('POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { round: String(round) } })
    else if (round % 3)
      await admin.send('PATCH', `${path}/${name}`, { data: { round: String(round) } }, { contentType: 'application/merge-patch+json' })
    else
      await admin.send('DELETE', `${path}/${name}`)
  }

  async function there(): Promise<Map<string, string>> {
    const { items } = await admin.get<KubeList>(path)
    return new Map(items.map(({ metadata }) => [metadata.uid!, metadata.resourceVersion!]))
  }

  const sorted = (map: Map<string, string>): string[][] => [...map].sort()

  it('loses and doubles nothing when its connection is cut a hundred times', async () => {
    const mirror = await follow()
    for (let round = 0; round < 100; round++) {
      await churn(round)
      cut()
      await churn(round + 7)
    }
    await expect.poll(async () => sorted(mirror.state), { timeout: 10_000 }).toEqual(sorted(await there()))
    expect(mirror.wrong).toEqual([])
  })

  it('lists again where the server has forgotten, and tells what was deleted meanwhile', async () => {
    const mirror = await follow()
    const dir = clusterDir(process.env, cluster!.name!)
    const { port } = proxy.address() as { port: number }
    proxy.close()
    cut()
    for (let round = 0; round < 30; round++)
      await churn(round)
    await admin.send('DELETE', `${path}/c5`).catch(() => {})
    await compact(dir)
    // Its memory of what it told forgets too.
    await (await stopApiServer(cluster!))()
    proxy.listen(port, '127.0.0.1')
    await once(proxy, 'listening')
    await expect.poll(async () => sorted(mirror.state), { timeout: 30_000 }).toEqual(sorted(await there()))
    expect(mirror.wrong).toEqual([])
    await churn(100)
    await expect.poll(async () => sorted(mirror.state), { timeout: 30_000 }).toEqual(sorted(await there()))
  })
})

/** Forgets all that was before now. */
async function compact(dir: string): Promise<void> {
  const etcdctl = async (...args: string[]): Promise<string> => {
    const child = spawn('nsenter', [`--net=/run/netns/kb-${idOf(dir)}-n1`, join(builtBinaries(process.env), 'etcdctl'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', data => text += data)
    await once(child, 'close')
    return text
  }
  const [{ Status: { header } }] = JSON.parse(await etcdctl('endpoint', 'status', '-w', 'json')) as [{ Status: { header: { revision: number } } }]
  await etcdctl('compact', String(header.revision))
}
