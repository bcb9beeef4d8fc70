import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { clusterDir } from '../../../runners/kubernetes/cluster/place.ts'
import { followControlPlane } from '../../../runners/kubernetes/control-plane.ts'
import { accessOf } from '../../../runners/kubernetes/credentials.ts'
import { project } from '../../../runners/kubernetes/projection.ts'
import { openSpace } from '../../../runners/kubernetes/space.ts'
import { removeSpace } from '../../../runners/kubernetes/sweep.ts'
import { adminOf, configOf, stopApiServer } from '../_cluster.ts'

const cluster = inject('controlPlane')

describe.skipIf(!cluster?.name)('the control plane, as the account of a session sees it', () => {
  it('is told with etcd: ready, without etcd, without the API server, and ready again', async () => {
    const config = await configOf(cluster!)
    const access = await accessOf(cluster!.kubeconfig, cluster!.context)
    const { api, namespace, close } = await openSpace(
      { name: cluster!.context, file: cluster!.kubeconfig, server: access.server, own: true },
      access,
      config,
    )
    onTestFinished(close)
    // The cluster's controllers have lost the API server too: they may wait for a minute before they try again.
    onTestFinished(async () => removeSpace((await adminOf(cluster!)).api, namespace, 150_000))
    const ending = new AbortController()
    onTestFinished(() => ending.abort())
    let view: object = {}
    void followControlPlane(api, state => void (view = project(state)), ending.signal, 50)
    const ready = { name: 'control-plane', apiServer: true, etcd: true }
    await expect.poll(() => view, { timeout: 10_000 }).toEqual(ready)

    const etcd = Number(readFileSync(join(clusterDir(process.env, cluster!.name!), 'pid', 'etcd'), 'utf8'))
    onTestFinished(() => void process.kill(etcd, 'SIGCONT'))
    process.kill(etcd, 'SIGSTOP')
    await expect.poll(() => view, { timeout: 20_000 }).toEqual({ ...ready, etcd: false })
    process.kill(etcd, 'SIGCONT')
    await expect.poll(() => view, { timeout: 20_000 }).toEqual(ready)

    const startAgain = await stopApiServer(cluster!)
    await expect.poll(() => view, { timeout: 10_000 }).toEqual({ name: 'control-plane', apiServer: false })
    await startAgain()
    await expect.poll(() => view, { timeout: 20_000 }).toEqual(ready)
  })
})
