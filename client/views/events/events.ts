import type { FoldedRun } from '../foldedRun.ts'
import { livingObjects, wordOf } from '../foldedRun.ts'

/** Something that the cluster told, as `kubectl get events` shows it. */
export interface ClusterEvent {
  id: string
  type: string
  reason: string
  object: string
  message: string
  count: number
}

/** The events at the end of `runs`, the latest first. */
export function clusterEvents(runs: FoldedRun[]): ClusterEvent[] {
  return livingObjects(runs, 'event')
    .sort((a, b) => wordOf(b.view.at).localeCompare(wordOf(a.view.at)) || b.at - a.at)
    .map(({ id, view }) => ({
      id,
      type: wordOf(view.type),
      reason: wordOf(view.reason),
      object: wordOf(view.object),
      message: wordOf(view.message),
      count: Number(view.count ?? 1),
    }))
}
