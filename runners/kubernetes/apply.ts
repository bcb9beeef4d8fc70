import type { Grant } from '../protocol/grant.ts'
import type { RunContext } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import type { ApiError } from './api.ts'
import type { Discovery, Resource } from './discovery.ts'
import type { Manifest } from './manifest.ts'
import type { KubeObject } from './objects.ts'
import type { Space } from './space.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { StepError } from '../protocol/error.ts'
import { LABELS } from '../protocol/runner.ts'
import { isRefusal, toStepError } from './api.ts'
import { collectionPath, unknownKind } from './discovery.ts'
import { explainRefusal } from './explain.ts'
import { CLUSTER_OBJECTS, labelsOf } from './guard.ts'
import { inOrder, parseManifests } from './manifest.ts'
import { holds } from './objects.ts'

/** Who applies, in the eyes of the API server; all steps are one, so that a later fence may take a field away again. */
const MANAGER = 'kamishibai'
/** Requests at once: what stands on one rank needs nothing of its own rank. */
const AT_ONCE = 8
/** How long a definition may take until its objects can be made, in ms. */
const TAKEN_UP_LIMIT = 10_000
/** The last note of each session's objects of the whole cluster. */
const writing = new WeakMap<object, Promise<unknown>>()

/** What applying needs besides the run. */
export interface Applying {
  space: Space
  discovery: Discovery
  grants: Grant[]
  /** Told the path of each object before it is made. */
  onObject: (path: string, resource: Resource) => void
}

/** The part of a CustomResourceDefinition's `spec` that names its kind; the API server has checked it. */
interface DefinitionSpec {
  group: string
  names: { kind: string }
  versions: { name: string, served: boolean }[]
}

interface Planned { manifest: Manifest, resource: Resource, path: string }

/**
 * Applies the manifests of a fence on the server's side, in the order of what needs what; a line for each says what
 * became of it.
 */
export async function applyStep(step: Step, applying: Applying, { emit, signal, labels }: Pick<RunContext, 'emit' | 'signal' | 'labels'>): Promise<void> {
  const manifests = inOrder(parseManifests(step.code))
  const defined = new Set(manifests.filter(({ object }) => object.kind === 'CustomResourceDefinition').map(({ object }) => (object.spec?.names as { kind?: string } | undefined)?.kind))
  // Before anything is made: what is not allowed, and kinds that nobody defines.
  for (const manifest of manifests) {
    if (!defined.has(manifest.object.kind))
      await plan(step, manifest, applying)
  }
  for (let done = 0; done < manifests.length;) {
    signal.throwIfAborted()
    const batch = manifests.slice(done, done + (manifests[done]!.object.kind === 'CustomResourceDefinition' ? 1 : AT_ONCE))
    const lines = await Promise.all(batch.map(async (manifest) => {
      const planned = await plan(step, manifest, applying)
      return applyOne(step, planned, applying, labels, signal)
    }))
    emit({ type: 'output', data: lines.map(line => `${line}\r\n`).join('') })
    done += batch.length
    if (manifests.length > AT_ONCE)
      emit({ type: 'progress', label: 'objects', done, total: manifests.length })
  }
}

async function plan(step: Step, manifest: Manifest, { space, discovery, grants }: Applying): Promise<Planned> {
  const { object, line, lineOf } = manifest
  const resource = await discovery.of(object).catch((error: unknown) => {
    throw toStepError(error)
  })
  if (!resource)
    throw await unknownKind(object, discovery, line)
  const { namespace } = object.metadata
  if (resource.namespaced && namespace && namespace !== space.namespace)
    throw new StepError('not-own', `${object.kind.toLowerCase()}/${object.metadata.name} is for the namespace ${namespace}, which is not the session's`, 'Leave the namespace out: each session has one of its own.', { line: lineOf('metadata.namespace') })
  if (!resource.namespaced)
    checkWide(step, manifest, grants)
  return { manifest, resource, path: `${collectionPath(resource, space.namespace)}/${object.metadata.name}` }
}

/** What is no namespace's needs a grant. */
function checkWide({ id }: Step, { object, line }: Manifest, grants: Grant[]): void {
  if (object.kind === 'Namespace')
    throw new StepError('not-own', `the step may not make the namespace ${object.metadata.name}`, 'Leave it out: each session has a namespace of its own, and all goes into it.', { line })
  const group = object.kind === 'CustomResourceDefinition' ? String(object.spec?.group ?? '') : undefined
  const granted = grants.some(grant => (grant.type === 'cluster-scoped' && grant.step === id) || (grant.type === 'crd' && grant.group === group))
  if (!granted)
    throw new StepError('not-granted', `${object.kind.toLowerCase()}/${object.metadata.name} would be of the whole cluster`, `Give the deck the grant ${group ? `crd:${group}` : `cluster-scoped:${id}`} in its headmatter.`, { line })
}

async function applyOne(
  step: Step,
  { manifest, resource, path }: Planned,
  { space, discovery, onObject }: Applying,
  labels: Record<string, string>,
  signal: AbortSignal,
): Promise<string> {
  const { object } = manifest
  const { api, admin } = space
  const client = resource.namespaced ? api : admin
  const body = {
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labelsOf(labels) } },
  }
  try {
    const before = await client.get<KubeObject>(path, { signal }).catch((error: unknown) => {
      if (!isRefusal(error, 404))
        throw error
      return undefined
    })
    if (!resource.namespaced) {
      if (before && before.metadata.labels?.[LABELS.session] !== labels[LABELS.session]) {
        throw new StepError(
          'not-own',
          `${object.kind.toLowerCase()}/${object.metadata.name} is in the cluster already, and not the session's`,
          'Give it another name, or remove it by hand.',
          { line: manifest.line },
        )
      }
      await keepClusterObject(space, path)
    }
    onObject(path, resource)
    const send = async (dryRun: boolean): Promise<{ status: number, body: KubeObject }> =>
      client.send<KubeObject>('PATCH', path, body, {
        query: { fieldManager: MANAGER, fieldValidation: 'Strict', dryRun: dryRun ? 'All' : undefined },
        contentType: 'application/apply-patch+yaml',
        signal,
        onWarning: warning => refuseInsecure(warning, manifest),
      })
    // The pods of a template are refused one by one, later and out of sight: a dry run warns of it before anything is
    // made.
    if (object.spec?.template || object.spec?.jobTemplate)
      await send(true)
    const { status, body: after } = await send(false)
    if (resource.kind === 'CustomResourceDefinition')
      await takenUp(object, path, { admin, discovery }, signal)
    const word = status === 201 ? 'created' : before && isSame(before, after) ? 'unchanged' : 'configured'
    return `${resource.singular}${resource.group ? `.${resource.group}` : ''}/${object.metadata.name} ${word}`
  }
  catch (error) {
    signal.throwIfAborted()
    throw isRefusal(error, (error as ApiError).code) ? explainRefusal(error, manifest, step) : error
  }
}

/**
 * Notes an object of the whole cluster on the session's namespace, before it is made: whoever ends the session removes
 * it.
 */
async function keepClusterObject({ admin, namespace }: Pick<Space, 'admin' | 'namespace'>, object: string): Promise<void> {
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

/**
 * Whether only the cluster's own doing lies between two looks: its status changes the version, but not the generation.
 */
function isSame({ metadata: before }: KubeObject, { metadata: after }: KubeObject): boolean {
  const labels = ({ labels = {} }: KubeObject['metadata']): string => JSON.stringify(Object.entries(labels).sort())
  return (
    before.resourceVersion === after.resourceVersion
    || (before.generation !== undefined && before.generation === after.generation && labels(before) === labels(after))
  )
}

function refuseInsecure(warning: string, { object, lineOf }: Manifest): void {
  const [, why] = /would violate PodSecurity "[^"]*": (.*)/.exec(warning) ?? []
  if (why)
    throw new StepError('policy-refused', `the pods of ${object.kind.toLowerCase()}/${object.metadata.name} would be refused: ${why}`, 'Pods of a session may not reach beyond themselves (Pod Security baseline).', { line: lineOf('spec.template.spec') })
}

/**
 * Waits until a definition is usable. The API server lists its kind a moment after it has called it established, for
 * discovery is put together in the background.
 */
async function takenUp(
  { spec }: KubeObject,
  path: string,
  { admin, discovery }: Pick<Space, 'admin'> & Pick<Applying, 'discovery'>,
  signal: AbortSignal,
): Promise<void> {
  const { group, names, versions } = spec as DefinitionSpec
  const kinds = versions.filter(({ served }) => served)
    .map(({ name }) => ({ apiVersion: `${group}/${name}`, kind: names.kind }))
  const isListed = async (): Promise<boolean> => (await Promise.all(kinds.map(discovery.of))).every(Boolean)
  const limit = Date.now() + TAKEN_UP_LIMIT
  while (!holds(await admin.get<KubeObject>(path, { signal }), 'Established') || !await isListed()) {
    if (Date.now() > limit)
      throw new StepError('engine-refused', `the definition ${path.split('/').at(-1)} is not taken up by the cluster`, 'Look: kubectl describe crd')
    await delay(50, undefined, { signal })
  }
}
