import type { Discovery } from './discovery.ts'
import type { KubeList, KubeObject } from './objects.ts'
import type { Space } from './space.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { StepError } from '../protocol/error.ts'
import { isRefusal } from './api.ts'
import { collectionPath } from './discovery.ts'
import { ROLE } from './guard.ts'

const GONE_LIMIT = 30_000

/** Kinds whose objects the cluster makes by itself, or that only tell of others. */
const OF_THE_CLUSTER = new Set(['Endpoints', 'EndpointSlice', 'Event', 'PodMetrics'])

/** What the session's account may not touch. */
const RE_ACCOUNTS = /\/(?:serviceaccounts|roles|rolebindings)\/[^/]+$/

/** Deletes objects and all that they own; resolves when nothing of them is left. */
export async function removeObjects({ api, admin, namespace }: Pick<Space, 'api' | 'admin' | 'namespace'>, paths: Iterable<string>): Promise<void> {
  await Promise.all([...paths].map(async (path) => {
    const client = path.includes(`/namespaces/${namespace}/`) && !RE_ACCOUNTS.test(path) ? api : admin
    await client.send('DELETE', path, { propagationPolicy: 'Foreground' }).catch(ignoreMissing)
    const limit = Date.now() + GONE_LIMIT
    while (await client.get<KubeObject>(path).catch(ignoreMissing)) {
      if (Date.now() > limit)
        throw new StepError('timeout', `${path.split('/').slice(-2).join('/')} of the last run does not go`, 'Run the step again, or see what holds it: kubectl get -o yaml')
      await delay(50)
    }
  }))
}

/**
 * Removes every object of the session's namespace but those at the paths in `kept` and what serves the session; what
 * steps made by `kubectl` is known to nobody else.
 */
export async function emptySpace(space: Space, discovery: Discovery, kept: ReadonlySet<string>): Promise<void> {
  // A kind may be served in several versions: the first is the one that the server prefers.
  const kinds = (await discovery.all()).filter(
    ({ namespaced, kind, group }, i, all) =>
      namespaced
      && !OF_THE_CLUSTER.has(kind)
      && i === all.findIndex(other => other.kind === kind && other.group === group),
  )
  const found = await Promise.all(kinds.map(async (kind) => {
    const path = collectionPath(kind, space.namespace)
    // Some kinds can only be asked, not listed.
    const list = await space.api
      .get<KubeList>(path)
      .catch((error: unknown) => (isRefusal(error, 403, 404, 405) ? undefined : Promise.reject(error as Error)))
    return (list?.items ?? []).filter(({ metadata }) => !metadata.ownerReferences?.length && !metadata.labels?.[ROLE]).map(({ metadata }) => `${path}/${metadata.name}`)
  }))
  await removeObjects(space, found.flat().filter(path => !kept.has(path)))
}

function ignoreMissing(error: unknown): undefined {
  if (!isRefusal(error, 404, 409))
    throw error
}
