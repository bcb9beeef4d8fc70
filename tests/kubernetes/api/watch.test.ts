import type { KubeList, KubeObject } from '../../../runners/kubernetes/objects.ts'
import type { Mirror, Watching } from '../_watching.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { builtBinaries } from '../../../runners/kubernetes/cluster/binaries.ts'
import { clusterDir, idOf } from '../../../runners/kubernetes/cluster/place.ts'
import { stopApiServer } from '../_cluster.ts'
import { openWatching, sorted } from '../_watching.ts'

const cluster = inject('controlPlane')

describe.skipIf(!cluster?.name)('a watch of a real API server', () => {
  let watching: Watching
  let path: string
  let ending: AbortController

  beforeAll(async () => {
    watching = await openWatching(cluster!)
    path = `/api/v1/namespaces/${watching.space.namespace}/configmaps`
  })

  afterEach(() => ending.abort())

  afterAll(() => watching?.close())

  async function follow(options: Parameters<Watching['follow']>[1] extends infer O ? Omit<O, 'signal'> : never = {}): Promise<Mirror> {
    ending = new AbortController()
    return watching.follow(path, { signal: ending.signal, ...options })
  }

  async function churn(round: number): Promise<void> {
    const { admin } = watching
    const name = `c${round % 20}`
    const before = await admin.get<KubeObject>(`${path}/${name}`).catch(() => undefined)
    if (!before)
      await admin.send('POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { round: String(round) } })
    else if (round % 3)
      await admin.send('PATCH', `${path}/${name}`, { data: { round: String(round) } }, { contentType: 'application/merge-patch+json' })
    else
      await admin.send('DELETE', `${path}/${name}`)
  }

  async function isRight({ state, wrong }: Mirror): Promise<void> {
    await expect
      .poll(() => sorted(state), { timeout: 30_000 })
      .toEqual(sorted(await watching.admin.get<KubeList>(path)))
    expect(wrong).toEqual([])
  }

  it('loses and doubles nothing when its connection is cut a hundred times', async () => {
    const mirror = await follow()
    for (let round = 0; round < 100; round++) {
      await churn(round)
      watching.cut()
      await churn(round + 7)
    }
    await isRight(mirror)
  })

  it('goes on from where it was once its token is renewed that had expired', async () => {
    let expired = false
    let refused = 0
    const options = async (): ReturnType<typeof watching.space.api.options> => {
      const own = await watching.space.api.options()
      refused += Number(expired)
      return expired ? { ...own, headers: { Authorization: 'Bearer expired' } } : own
    }
    const mirror = await follow({ api: { options } })
    expired = true
    watching.cut()
    for (let round = 0; round < 10; round++)
      await churn(round)
    await expect.poll(() => refused).toBeGreaterThan(3)
    expired = false
    await isRight(mirror)
  })

  it('lists again where the server has forgotten, and tells what was deleted meanwhile', async () => {
    const mirror = await follow()
    watching.shut()
    watching.cut()
    for (let round = 0; round < 30; round++)
      await churn(round)
    await watching.admin.send('DELETE', `${path}/c5`).catch(() => {})
    await compact(clusterDir(process.env, cluster!.name!))
    // Its memory of what it told forgets too.
    await (await stopApiServer(cluster!))()
    await watching.letIn()
    await isRight(mirror)
    await churn(100)
    await isRight(mirror)
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
