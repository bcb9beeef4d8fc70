import type { Payload, View } from '../protocol/event.ts'
import type { KubeObject, Meta } from './objects.ts'
import type { Space } from './space.ts'
import { LABELS } from '../protocol/runner.ts'
import { followControlPlane } from './control-plane.ts'
import { ROLE } from './guard.ts'
import { kindWord, project } from './projection.ts'
import { watchCollection } from './watch.ts'

type Emit = (step: string | undefined, payload: Payload) => void

/** The collections that are followed from the start; what else a step applies is followed from then on. */
const COLLECTIONS = [
  '/api/v1/namespaces/{}/pods',
  '/api/v1/namespaces/{}/services',
  '/api/v1/namespaces/{}/events',
  '/apis/apps/v1/namespaces/{}/deployments',
  '/apis/apps/v1/namespaces/{}/replicasets',
  '/apis/apps/v1/namespaces/{}/statefulsets',
  '/apis/apps/v1/namespaces/{}/daemonsets',
  '/apis/batch/v1/namespaces/{}/jobs',
  '/api/v1/nodes',
]

interface Shown { payload: Extract<Payload, { type: 'resource' }>, json: string, meta: Meta }

/** What is going on in the session's namespace and on the nodes. */
export interface Follower {
  /** Follows one more collection, if it is not followed yet. */
  add: (path: string) => void
  /** The run of this step is the one that changes now belong to; it is told all that is there. */
  begin: (step: string) => void
  /** What is there of a kind; of one step only, if it is named: by its label, or that of what owns it. */
  of: (kind: string, step?: string) => { name: string, view: View }[]
  /** Whether `kind/name` is of this step. */
  isOf: (place: string, step: string) => boolean
}

/** Follows until aborted. Each change is told once, in its projection; what does not show in it is not told. */
export function followSpace(space: Pick<Space, 'api' | 'namespace'>, emit: Emit, signal: AbortSignal): Follower {
  const shown = new Map<string, Shown>()
  const followed = new Set<string>()
  // Whatever made an object: what happens to it now is the doing of the step that runs now, and its log tells it.
  let current: string | undefined

  function add(path: string): void {
    if (followed.has(path))
      return
    followed.add(path)
    watchCollection(space.api, path, { onChange }, { signal }).catch(() => {
      // A custom resource whose definition goes takes its collection along.
      followed.delete(path)
    })
  }

  function onChange(op: 'added' | 'modified' | 'deleted', object: KubeObject): void {
    const { metadata } = object
    if (metadata.labels?.[ROLE] || isUntold(object))
      return
    const before = shown.get(metadata.uid!)
    const ref = { kind: kindWord(object.kind), id: metadata.uid!, name: metadata.name }
    if (op === 'deleted') {
      if (shown.delete(metadata.uid!))
        emit(current, { type: 'resource', op, ref, view: {} })
      return
    }
    const view = project(object)
    const json = JSON.stringify(view)
    const meta = { name: metadata.name, labels: metadata.labels, ownerReferences: metadata.ownerReferences }
    const payload = { type: 'resource', op: before ? 'modified' : 'added', ref, view } as const
    shown.set(metadata.uid!, { payload, json, meta })
    if (before?.json !== json)
      emit(current, payload)
  }

  function stepOf(meta: Meta): string | undefined {
    const own = meta.labels?.[LABELS.step]
    const owner = meta.ownerReferences?.map(({ uid }) => shown.get(uid)).find(Boolean)
    return own ?? (owner && stepOf(owner.meta))
  }

  for (const path of COLLECTIONS)
    add(path.replace('{}', space.namespace))
  void followControlPlane(space.api, state => onChange('modified', state), signal)
  return {
    add,
    begin(step) {
      current = step
      // As `modified`: it was there before. So each log says by itself what its changes are changes of.
      for (const { payload } of shown.values()) {
        if (payload.ref.kind !== 'event')
          emit(step, { ...payload, op: 'modified' })
      }
    },
    of: (kind, step) =>
      [...shown.values()]
        .filter(({ payload, meta }) => payload.ref.kind === kind && (!step || stepOf(meta) === step))
        .map(({ payload }) => ({ name: payload.ref.name, view: payload.view })),
    isOf: (place, step) =>
      [...shown.values()].some(
        ({ payload: { ref }, meta }) => `${ref.kind}/${ref.name}` === place && stepOf(meta) === step,
      ),
  }
}

/** Events about what is not shown, and what the cluster itself puts into every namespace. */
function isUntold({ kind, metadata, involvedObject }: KubeObject): boolean {
  return (kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt') || (kind === 'Event' && (involvedObject as { name?: string } | undefined)?.name === 'kamishibai-client')
}
