import type { FoldedRun } from '../../../../client/views/foldedRun.ts'
import type { Payload, View } from '../../../../runners/protocol/event.ts'
import type { ResourceState } from '../../../../runners/protocol/fold.ts'
import { emptyRun, foldRun } from '../../../../runners/protocol/fold.ts'

/** An object as a run knows it. */
export function object(kind: string, name: string, view: View, deleted = false): ResourceState {
  return { ref: { kind, id: `${kind}-${name}`, name }, view: { name, ...view }, deleted, addedAt: 0, changedAt: 10 }
}

/** A run that knows these objects. */
export function run(...all: ResourceState[]): FoldedRun {
  return { startedAt: 1_000_000, state: { ...emptyRun(), resources: Object.fromEntries(all.map(r => [`${r.ref.kind}/${r.ref.id}`, r])) } }
}

/** A run of the step `s` that began at `startedAt`. */
export function runOf(startedAt: number, ...events: [at: number, payload: Payload][]): FoldedRun & { step: string } {
  return { step: 's', startedAt, state: foldRun(events.map(([at, payload], i) => ({ ...payload, at, seq: i + 1 }))) }
}

/** What tells of a container. */
export function container(name: string, view: Record<string, unknown> = {}, op: 'added' | 'modified' | 'deleted' = 'added'): Payload {
  return { type: 'resource', op, ref: { kind: 'container', id: `id-${name}`, name }, view: { state: 'running', image: 'app', ports: [], networks: {}, ...view } as never }
}
