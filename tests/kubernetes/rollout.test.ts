import type { KubeList } from '../../runners/kubernetes/objects.ts'
import type { Watching } from './_watching.ts'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { builtBinaries } from '../../runners/kubernetes/cluster/binaries.ts'
import { isInstalled } from '../../runners/kubernetes/cluster/command.ts'
import { openWatching, sorted } from './_watching.ts'

const cluster = inject('cluster')
const CUTS = 100

describe.skipIf(!cluster)('the watch of a rollout on real nodes', () => {
  let watching: Watching
  const ending = new AbortController()

  beforeAll(async () => {
    watching = await openWatching(cluster!)
  })

  afterAll(async () => {
    ending.abort()
    await watching?.close()
  })

  it('has what kubectl has in the end, though each change cut its connection, a hundred times', async () => {
    const { space, admin, cut } = watching
    const program = isInstalled('kubectl', process.env) ? 'kubectl' : join(builtBinaries(process.env), 'kubectl')
    const kubectl = async (...args: string[]): Promise<string> => (await promisify(execFile)(program, ['--kubeconfig', space.kubeconfig, ...args])).stdout
    const cuts: number[] = []
    const mirror = await watching.follow(`/api/v1/namespaces/${space.namespace}/pods`, {
      signal: ending.signal,
      onChange() {
        cuts.push(performance.now())
        cut()
      },
    })
    await admin.send('POST', `/apis/apps/v1/namespaces/${space.namespace}/deployments`, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 6,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'web', image: 'kamishibai/demo:1' }] } },
      },
    })
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    while (cuts.length < CUTS) {
      await kubectl('rollout', 'restart', 'deployment/web')
      await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    }
    await expect.poll(async () => sorted(JSON.parse(await kubectl('get', 'pods', '-o', 'json')) as KubeList), { timeout: 20_000 }).toHaveLength(6)
    await expect.poll(() => sorted(mirror.state), { timeout: 20_000 }).toEqual(sorted(JSON.parse(await kubectl('get', 'pods', '-o', 'json')) as KubeList))
    expect(mirror.wrong).toEqual([])
  })
})
