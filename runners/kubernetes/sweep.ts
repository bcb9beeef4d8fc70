import type { SweepFilter, SweepReport } from '../protocol/sweep.ts'
import type { Api } from './api.ts'
import type { Entrance } from './entrance.ts'
import type { KubeList, KubeObject } from './objects.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { StepError } from '../protocol/error.ts'
import { LABELS } from '../protocol/runner.ts'
import { createApi, isRefusal } from './api.ts'
import { deleteCluster } from './cluster/cluster.ts'
import { readRecords } from './cluster/place.ts'
import { ACCOUNT, CLUSTER_OBJECTS, namespaceOf, OWNER_ANNOTATION } from './guard.ts'
import { conditionsOf } from './objects.ts'

/** How long a namespace may take to go, in ms: pods are given no time, but kubelets and controllers take theirs. */
const GONE_LIMIT = 30_000
/** How old the last sign of life must be before a namespace may be swept, in ms: a closed lid is no death. */
const LEASE_DEAD = 10 * 60_000

/** What is made for a namespace outside of it, under its name. */
const BESIDE = [
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
]

/**
 * Removes a session's namespace, what was made for it and what its steps made beside it; throws StepError saying what
 * holds it.
 */
export async function removeSpace(admin: Api, namespace: string, limitMs = GONE_LIMIT): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`
  const before = await admin.get<KubeObject>(path).catch(ignoreMissing)
  for (const object of clusterObjects(before))
    await removeOwn(admin, object, before!.metadata.labels?.[LABELS.session])
  if (before) {
    await admin.send('DELETE', path, { propagationPolicy: 'Background' }).catch(ignoreMissing)
    await admin.send('DELETE', `${path}/pods`, { gracePeriodSeconds: 0 }).catch(ignoreMissing)
    await untilGone(admin, path, namespace, limitMs)
  }
  // The guard goes last: until then, what still runs in the namespace is bound by it.
  await Promise.all(BESIDE.map(collection => admin.send('DELETE', `${collection}/${namespace}`).catch(ignoreMissing)))
}

/** Deletes an object of the whole cluster where it carries the session's label: the note of it proves nothing. */
async function removeOwn(admin: Api, path: string, session: string | undefined): Promise<void> {
  const { metadata } = await admin.get<KubeObject>(path).catch(ignoreMissing) ?? {}
  if (session && metadata?.labels?.[LABELS.session] === session)
    await admin.send('DELETE', path, { preconditions: { uid: metadata.uid } }).catch(ignoreMissing)
}

async function untilGone(admin: Api, path: string, namespace: string, limitMs: number): Promise<void> {
  const limit = Date.now() + limitMs
  let last: KubeObject | undefined
  while (Date.now() < limit) {
    last = await admin.get<KubeObject>(path).catch(ignoreMissing)
    if (!last)
      return
    await delay(100)
  }
  const holding = conditionsOf(last!).filter(({ type, status }) => status === 'True' && type !== 'NamespaceDeletionDiscoveryFailure').map(({ message }) => message).filter(Boolean)
  throw new StepError('not-removed', `the namespace ${namespace} does not go: ${holding.join('; ') || 'the cluster does not say why'}`, `It goes once that is gone. Look: kubectl get namespace ${namespace} -o yaml`)
}

/**
 * Removes what sessions that are over left: clusters that their steps made, and namespaces in the cluster behind
 * `entrance`.
 */
export async function sweepAll(
  env: Record<string, string | undefined>,
  entrance: Entrance,
  filter: SweepFilter,
): Promise<SweepReport> {
  // Before the context is asked for: it may be that of one of them.
  const clusters = await sweepClusters(env, filter)
  const found = await entrance.find()
  if ('reason' in found)
    return clusters
  const spaces = await sweepSpaces(createApi(await entrance.enter()), filter)
  return { removed: [...clusters.removed, ...spaces.removed], kept: [...clusters.kept, ...spaces.kept] }
}

/** Removes the clusters that steps made in sessions that are over. */
export async function sweepClusters(
  env: Record<string, string | undefined>,
  { session, keep, dryRun }: SweepFilter,
): Promise<SweepReport> {
  const report: SweepReport = { removed: [], kept: [] }
  for (const { name, labels } of readRecords(env)) {
    if (!labels || (session && labels[LABELS.session] !== session))
      continue
    const reason = keep(labels)
    if (reason) {
      report.kept.push({ kind: 'cluster', name, reason })
      continue
    }
    if (!dryRun)
      await deleteCluster(env, name)
    report.removed.push({ kind: 'cluster', name, session: labels[LABELS.session]! })
  }
  return report
}

/** Removes the namespaces of sessions that are over. */
export async function sweepSpaces(admin: Api, { session, keep, dryRun }: SweepFilter): Promise<SweepReport> {
  const report: SweepReport = { removed: [], kept: [] }
  const labelSelector = session ? `${LABELS.session}=${session}` : LABELS.session
  const { items } = await admin.get<KubeList>('/api/v1/namespaces', { query: { labelSelector } })
  for (const { metadata } of items) {
    const labels = { ...metadata.labels, [LABELS.owner]: metadata.annotations?.[OWNER_ANNOTATION] ?? '' }
    const reason = keep(labels) ?? (session ? undefined : await signOfLife(admin, metadata.name))
    if (reason) {
      report.kept.push({ kind: 'namespace', name: metadata.name, reason })
      continue
    }
    if (!dryRun)
      await removeSpace(admin, metadata.name)
    report.removed.push({ kind: 'namespace', name: metadata.name, session: metadata.labels![LABELS.session]! })
  }
  await sweepBeside(admin, new Set(items.map(({ metadata }) => metadata.name)), labelSelector, dryRun)
  return report
}

/** What a removal left that was cut off between the namespace and what was made for it. */
async function sweepBeside(
  admin: Api,
  known: ReadonlySet<string>,
  labelSelector: string,
  dryRun: boolean,
): Promise<void> {
  for (const collection of BESIDE) {
    const { items } = await admin.get<KubeList>(collection, { query: { labelSelector } })
    for (const { metadata } of items) {
      // A namespace that comes up just now has its guard after it.
      const namespace = namespaceOf(metadata.labels![LABELS.session]!)
      const isThere
        = known.has(namespace)
          || (await admin.get<KubeObject>(`/api/v1/namespaces/${namespace}`).catch(ignoreMissing))
      if (!isThere && !dryRun)
        await admin.send('DELETE', `${collection}/${metadata.name}`).catch(ignoreMissing)
    }
  }
}

/** Why the namespace counts as used, by its Lease; undefined when it does not any more. */
async function signOfLife(admin: Api, namespace: string): Promise<string | undefined> {
  const lease = await admin.get<KubeObject>(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${ACCOUNT}`).catch(ignoreMissing)
  const age = lease ? Date.now() - Date.parse(lease.spec?.renewTime as string) : Infinity
  return age < LEASE_DEAD ? `its session gave a sign of life ${Math.round(age / 1000)} s ago; it is swept ${LEASE_DEAD / 60_000} minutes after the last` : undefined
}

function clusterObjects(namespace: KubeObject | undefined): string[] {
  return JSON.parse(namespace?.metadata.annotations?.[CLUSTER_OBJECTS] ?? '[]') as string[]
}

function ignoreMissing(error: unknown): undefined {
  // 409: it is going already.
  if (!isRefusal(error, 404, 409))
    throw error
}
