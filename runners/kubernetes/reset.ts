import type { KubeObject } from './objects.ts'
import type { Space } from './space.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { StepError } from '../protocol/error.ts'
import { isRefusal } from './api.ts'

const GONE_LIMIT = 30_000

/** Deletes objects and all that they own; resolves when nothing of them is left. */
export async function removeObjects({ api, admin, namespace }: Pick<Space, 'api' | 'admin' | 'namespace'>, paths: Iterable<string>): Promise<void> {
  await Promise.all([...paths].map(async (path) => {
    const client = path.includes(`/namespaces/${namespace}/`) ? api : admin
    await client.send('DELETE', path, { propagationPolicy: 'Foreground' }).catch(ignoreMissing)
    const limit = Date.now() + GONE_LIMIT
    while (await client.get<KubeObject>(path).catch(ignoreMissing)) {
      if (Date.now() > limit)
        throw new StepError('timeout', `${path.split('/').slice(-2).join('/')} of the last run does not go`, 'Run the step again, or see what holds it: kubectl get -o yaml')
      await delay(50)
    }
  }))
}

function ignoreMissing(error: unknown): undefined {
  if (!isRefusal(error, 404, 409))
    throw error
}
