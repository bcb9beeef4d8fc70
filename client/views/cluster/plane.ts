import type { View } from '../../../runners/protocol/event.ts'
import type { FoldedRun } from '../foldedRun.ts'
import { livingObjects, textOf } from '../foldedRun.ts'

/** A part of the control plane; `ready` where somebody said whether it is. */
export interface PlanePart { name: string, short: string, ready?: boolean }

/** The parts of the control plane as they stand at the end of `runs`. */
export function planeParts(runs: FoldedRun[], cluster = ''): PlanePart[] {
  const { view } = livingObjects(runs, 'controlplane').find(({ view }) => textOf(view, 'cluster') === cluster) ?? { view: {} as View }
  const told = (value: View[string] | undefined): Pick<PlanePart, 'ready'> => typeof value === 'boolean' ? { ready: value } : {}
  return [
    { name: 'API server', short: 'API', ...told(view.apiServer) },
    { name: 'etcd', short: 'etcd', ...told(view.etcd) },
    { name: 'scheduler', short: 'sched.' },
    { name: 'controllers', short: 'contr.' },
  ]
}

/** `etcd ✓`, where somebody said how it stands. */
export function withMark(name: string, { ready }: PlanePart): string {
  return ready === undefined ? name : `${name} ${ready ? '✓' : '✗'}`
}
