import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { accessOf } from '../../../runners/kubernetes/credentials.ts'
import { namespaceSetup } from '../../../runners/kubernetes/guard.ts'
import { openSpace } from '../../../runners/kubernetes/space.ts'
import { removeSpace } from '../../../runners/kubernetes/sweep.ts'
import { adminOf, configOf } from '../_cluster.ts'

const cluster = inject('controlPlane')

describe.skipIf(!cluster)('the namespace of a session', () => {
  it('is not taken where one of its name is there already, which stays as it is', async () => {
    const { api, left } = await adminOf(cluster!)
    const config = await configOf(cluster!)
    const namespace = `kamishibai-${config.sessionId}`
    await api.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    try {
      const access = await accessOf(cluster!.kubeconfig, cluster!.context)
      const opening = openSpace(
        { name: cluster!.context, file: cluster!.kubeconfig, server: access.server, own: true },
        access,
        config,
      )
      await expect(opening).rejects.toMatchObject({ code: 'name-taken', message: `the namespace ${namespace} is there already, and is left as it is` })
      expect(await api.get(`/api/v1/namespaces/${namespace}`)).toMatchObject({ metadata: { name: namespace }, status: { phase: 'Active' } })
      expect(await left(config.sessionId)).toEqual([])
    }
    finally {
      await removeSpace(api, namespace)
    }
  })

  it('is taken where this session made it before, and the answer was lost', async () => {
    const { api, left } = await adminOf(cluster!)
    const config = await configOf(cluster!)
    const { path, object } = namespaceSetup(`kamishibai-${config.sessionId}`, config)
    await api.send('POST', path, object)
    const access = await accessOf(cluster!.kubeconfig, cluster!.context)
    const space = await openSpace(
      { name: cluster!.context, file: cluster!.kubeconfig, server: access.server, own: true },
      access,
      config,
    )
    await space.close()
    expect(await left(config.sessionId)).toEqual([])
  })

  it('gets a new token for shells and watches at half of its life, however long the machine slept', async () => {
    const config = await configOf(cluster!)
    const access = await accessOf(cluster!.kubeconfig, cluster!.context)
    const space = await openSpace(
      { name: cluster!.context, file: cluster!.kubeconfig, server: access.server, own: true },
      access,
      config,
      { beat: 50 },
    )
    onTestFinished(() => space.close())
    const tokenFile = join(config.privateDir, 'kubernetes', 'token')
    const first = await readFile(tokenFile, 'utf8')
    const authorization = async (): Promise<unknown> => (await space.api.options()).headers
    expect(await authorization()).toEqual({ Authorization: `Bearer ${first}` })
    // Only the clock on the wall goes on, as it does while a lid is closed.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * 60_000 })
    onTestFinished(() => void vi.useRealTimers())
    await expect.poll(() => readFile(tokenFile, 'utf8')).not.toBe(first)
    expect(await authorization()).toEqual({ Authorization: `Bearer ${await readFile(tokenFile, 'utf8')}` })
    expect(await space.api.get(`/api/v1/namespaces/${space.namespace}/pods`)).toMatchObject({ items: [] })
  })
})
