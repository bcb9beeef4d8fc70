import type { KubeObject } from './objects.ts'
import type { Space } from './space.ts'
import { CLUSTER_OBJECTS } from './guard.ts'

const writing = new WeakMap<object, Promise<unknown>>()

/** Notes an object of the whole cluster on the session's namespace, before it is made: whoever ends the session removes it. */
export async function keepClusterObject({ admin, namespace }: Pick<Space, 'admin' | 'namespace'>, object: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`
  // One after the other: each reads what the one before wrote.
  const work = (writing.get(admin) ?? Promise.resolve()).then(async () => {
    const { metadata } = await admin.get<KubeObject>(path)
    const noted = JSON.parse(metadata.annotations?.[CLUSTER_OBJECTS] ?? '[]') as string[]
    if (!noted.includes(object))
      await admin.send('PATCH', path, { metadata: { annotations: { [CLUSTER_OBJECTS]: JSON.stringify([...noted, object]) } } }, { contentType: 'application/merge-patch+json' })
  })
  writing.set(admin, work.catch(() => {}))
  await work
}
