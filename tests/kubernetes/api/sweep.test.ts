import type { Api } from '../../../runners/kubernetes/api.ts'
import type { KubeList, KubeObject } from '../../../runners/kubernetes/objects.ts'
import type { SweepFilter } from '../../../runners/protocol/sweep.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { accessOf } from '../../../runners/kubernetes/credentials.ts'
import { CLUSTER_OBJECTS, OWNER_ANNOTATION } from '../../../runners/kubernetes/guard.ts'
import { openSpace } from '../../../runners/kubernetes/space.ts'
import { removeSpace, sweepSpaces } from '../../../runners/kubernetes/sweep.ts'
import { LABELS } from '../../../runners/protocol/runner.ts'
import { adminOf, configOf } from '../_cluster.ts'

const cluster = inject('controlPlane')

describe.skipIf(!cluster)('what sessions left in a cluster', () => {
  let admin: Api
  let left: (session: string) => Promise<string[]>

  beforeAll(async () => {
    ({ api: admin, left } = await adminOf(cluster!))
  })

  async function open(): Promise<{
    session: string
    namespace: string
    renew: (at: Date) => Promise<unknown>
    close: () => Promise<void>
  }> {
    const config = await configOf(cluster!)
    const access = await accessOf(cluster!.kubeconfig, cluster!.context)
    const { namespace, close } = await openSpace(
      { name: cluster!.context, file: cluster!.kubeconfig, server: access.server, own: true },
      access,
      config,
    )
    const renew = (at: Date): Promise<unknown> =>
      admin.send(
        'PATCH',
        `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kamishibai`,
        { spec: { renewTime: at.toISOString().replace('Z', '000Z') } },
        { contentType: 'application/merge-patch+json' },
      )
    return { session: config.sessionId, namespace, renew, close }
  }

  /** Other sessions may use the cluster too. */
  const only = (session: string, keep: SweepFilter['keep'] = () => undefined): SweepFilter => ({
    keep: labels => labels[LABELS.session] === session ? keep(labels) : 'another test made it',
    folders: new Map(),
    dryRun: false,
  })

  it('goes without what a note on its namespace names and the session did not make', async () => {
    const { namespace, close } = await open()
    const name = `${namespace}-bystander`
    await admin.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    onTestFinished(async () => void await admin.send('DELETE', `/api/v1/namespaces/${name}`))
    const annotations = { [CLUSTER_OBJECTS]: JSON.stringify([`/api/v1/namespaces/${name}`]) }
    await admin.send('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { annotations } }, { contentType: 'application/merge-patch+json' })
    await close()
    expect((await admin.get<KubeObject>(`/api/v1/namespaces/${name}`)).metadata.deletionTimestamp).toBeUndefined()
  })

  it('stays with what its steps made for the whole cluster while another session sweeps', async () => {
    const { session, close } = await open()
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles'
    await admin.send('POST', path, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: `wide-${session}`, labels: { [LABELS.session]: session } } })
    onTestFinished(async () => void await admin.send('DELETE', `${path}/wide-${session}`))
    await sweepSpaces(admin, only(session, () => 'its session runs'))
    expect(await left(session)).toContain(`clusterroles/wide-${session}`)
    await close()
  })

  it('stays while its owner lives, and until ten minutes after the last sign of life', async () => {
    const { session, namespace, renew, close } = await open()
    const owners: string[] = []
    const alive = await sweepSpaces(admin, only(session, (labels) => {
      owners.push(labels[LABELS.owner]!)
      return 'its session is running'
    }))
    expect(owners).toEqual([`boot:${process.pid}:0`])
    expect(alive.kept).toContainEqual({ kind: 'namespace', name: namespace, reason: 'its session is running' })
    await renew(new Date(Date.now() - 9 * 60_000))
    expect((await sweepSpaces(admin, only(session))).kept).toContainEqual({ kind: 'namespace', name: namespace, reason: expect.stringMatching(/^its session gave a sign of life 5\d\d s ago/) })
    await renew(new Date(Date.now() - 11 * 60_000))
    expect((await sweepSpaces(admin, { ...only(session), dryRun: true })).removed).toEqual([{ kind: 'namespace', name: namespace, session }])
    expect(await left(session)).not.toEqual([])
    expect((await sweepSpaces(admin, only(session))).removed).toEqual([{ kind: 'namespace', name: namespace, session }])
    expect(await left(session)).toEqual([])
    await close()
  })

  it('tells what holds a namespace that does not go', async () => {
    const { session, namespace, close } = await open()
    const path = `/api/v1/namespaces/${namespace}/configmaps`
    await admin.send('POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', finalizers: ['example.com/stay'] } })
    await expect(removeSpace(admin, namespace, 8000)).rejects.toMatchObject({ message: expect.stringMatching(new RegExp(`the namespace ${namespace} does not go: .*(configmaps|example.com/stay)`)) })
    await admin.send('PATCH', `${path}/held`, { metadata: { finalizers: [] } }, { contentType: 'application/merge-patch+json' })
    await close()
    expect(await left(session)).toEqual([])
  })

  it('goes after SIGKILL by the watchdog of the session', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'kamishibai-kubernetes-'))
    await writeFile(join(dir, 'deck.md'), `---\nkamishibai:\n  contexts: [${cluster!.context}]\n---\n\n# Slide\n\n\`\`\`sh {run id=lasts timeout=10m}\nkubectl create configmap own; sleep 600\n\`\`\`\n`)
    const sessions = async (): Promise<string[]> => (await admin.get<KubeList>('/api/v1/namespaces', { query: { labelSelector: LABELS.session } })).items
      .filter(({ metadata }) => metadata.annotations?.[OWNER_ANNOTATION]?.split(':')[1] === String(child.pid))
      .map(({ metadata }) => metadata.labels![LABELS.session]!)
    const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../../runners/cli/bin.mjs'), 'check', join(dir, 'deck.md'), '--mode', 'live', '--trust'], { env: { ...process.env, KUBECONFIG: cluster!.kubeconfig }, stdio: 'ignore' })
    await expect.poll(sessions, { timeout: 30_000 }).toHaveLength(1)
    const [session] = await sessions()
    await expect.poll(() => admin.get(`/api/v1/namespaces/kamishibai-${session}/configmaps/own`).then(() => true, () => false), { timeout: 30_000 }).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect.poll(() => left(session!), { timeout: 30_000, interval: 500 }).toEqual([])
    await rm(dir, { recursive: true, force: true })
  })
})
