import type { ClusterIdentity, RunnerConfig } from '../protocol/runner.ts'
import type { Access } from './api.ts'
import type { AllowedContext } from './kube-context.ts'
import type { KubeObject } from './objects.ts'
import { StepError } from '../protocol/error.ts'
import { createApi } from './api.ts'

/** Which cluster a context leads to: the one request that is sent before the user has approved it. */
export async function identityOf({ name, server }: AllowedContext, access: Access, signal?: AbortSignal): Promise<ClusterIdentity> {
  const { metadata } = await createApi(access).get<KubeObject>('/api/v1/namespaces/kube-system', { signal })
  return { context: name, server, uid: metadata.uid! }
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
