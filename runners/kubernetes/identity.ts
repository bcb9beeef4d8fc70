import type { ClusterIdentity, RunnerConfig } from '../protocol/runner.ts'
import type { Access } from './api.ts'
import type { Entrance } from './entrance.ts'
import type { AllowedContext } from './kube-context.ts'
import type { KubeObject } from './objects.ts'
import { StepError } from '../protocol/error.ts'
import { createApi } from './api.ts'

/** Which cluster a context leads to: the one request that is sent before the user has approved it. */
export async function identityOf(
  { name, server }: AllowedContext,
  access: Access,
  signal?: AbortSignal,
): Promise<ClusterIdentity> {
  const { metadata } = await createApi(access).get<KubeObject>('/api/v1/namespaces/kube-system', { signal })
  return { context: name, server, uid: metadata.uid! }
}

/** Which cluster the session would use, where somebody has to approve it and it answers. */
export async function identify(entrance: Pick<Entrance, 'find' | 'reach'>, signal?: AbortSignal): Promise<ClusterIdentity | undefined> {
  const found = await entrance.find()
  if ('reason' in found || found.own)
    return undefined
  return identityOf(found, await entrance.reach(found), signal).catch(() => undefined)
}

/** Throws StepError `not-allowed` for a cluster that the user has not approved. */
export async function admit(cluster: ClusterIdentity, standingOf: NonNullable<RunnerConfig['standingOf']>): Promise<void> {
  const standing = await standingOf(cluster)
  if (standing === 'approved')
    return
  throw new StepError(
    'not-allowed',
    standing === 'new'
      ? `the cluster ${cluster.context} at ${cluster.server} (UID ${cluster.uid}) is not approved`
      : `the context ${cluster.context} leads to another cluster than the one that was approved: ${cluster.server} (UID ${cluster.uid})`,
    'Start the deck in a terminal: it asks about the cluster. Or approve it with --trust.',
  )
}
