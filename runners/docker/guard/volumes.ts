import type { Scope } from './scope.ts'
import { malformed, Refusal } from './refusal.ts'
import { map, never, oneOf, shape, text } from './shape.ts'

/** How engines name volumes. */
export const RE_VOLUME_NAME = /^[a-z\d][\w.-]+$/i

const fields = shape<Scope>({
  Name: text,
  Driver: oneOf('the volume driver', 'local'),
  DriverOpts: never('volumes with driver options'),
  Labels: map(text),
  ClusterVolumeSpec: never('cluster volumes'),
})

/** The body of a volume's creation. */
export async function volumeBody(body: unknown, scope: Scope): Promise<Record<string, unknown>> {
  const checked = (await fields(body, '', scope) ?? {}) as { Name?: string, Labels?: Record<string, string> }
  if (checked.Name)
    await isOwn(checked.Name, scope)
  return { ...checked, Labels: { ...checked.Labels, ...scope.stepLabels } }
}

/** Makes the session's volume `name` unless it has it: made by a mount alone, it would carry no labels. */
export async function ensureVolume(name: string, scope: Scope): Promise<void> {
  if (await isOwn(name, scope))
    return
  const { status, body } = await scope.engine.ask({ method: 'POST', segments: ['volumes', 'create'], body: { Name: name, Driver: 'local', Labels: scope.stepLabels } })
  if (status >= 300)
    throw new Refusal(status, (body as { message?: string } | undefined)?.message ?? `the volume ${name} cannot be made`)
}

/**
 * Whether the session has the volume; throws where another has it: engines hand out an existing volume where one is
 * created, and it must not come that way.
 */
async function isOwn(name: string, { engine, objects }: Scope): Promise<boolean> {
  if (!RE_VOLUME_NAME.test(name))
    throw malformed(`${JSON.stringify(name)} is no name of a volume`)
  if ((await objects.volumes()).has(name))
    return true
  if ((await engine.ask({ method: 'GET', segments: ['volumes', name] })).status !== 404)
    throw new Refusal(409, `Kamishibai's guard refuses the volume ${name}: it exists, and is not the session's own; choose another name`)
  return false
}
