import type { View } from '../../../runners/protocol/event.ts'
import type { FoldedRun, NewestObject } from '../foldedRun.ts'
import { ageText, livingObjects, wordOf } from '../foldedRun.ts'

/** A table as `kubectl get` writes it. */
export interface ObjectTable { kind: string, head: string[], rows: { id: string, cells: string[] }[], more: number }

type Column = [title: string, cell: (view: View) => string]

const field = (key: string): ((view: View) => string) => view => wordOf(view[key])

interface Port { port: number, nodePort?: number, protocol: string }

/** The columns of `kubectl get` for the kinds that talks show; kubernetes/kubernetes `pkg/printers/internalversion`. */
const COLUMNS: Record<string, Column[]> = {
  pod: [['READY', field('readyContainers')], ['STATUS', field('status')], ['RESTARTS', field('restarts')], ['IP', field('ip')], ['NODE', field('node')]],
  node: [['STATUS', ({ ready, schedulable }) => `${ready ? 'Ready' : 'NotReady'}${schedulable === false ? ',SchedulingDisabled' : ''}`], ['VERSION', field('version')], ['POD-CIDR', field('podCIDR')], ['INTERNAL-IP', field('ip')]],
  deployment: [['READY', ({ ready, replicas }) => `${wordOf(ready)}/${wordOf(replicas)}`], ['UP-TO-DATE', field('updated')], ['AVAILABLE', field('available')], ['IMAGE', field('image')]],
  replicaset: [['DESIRED', field('replicas')], ['CURRENT', field('current')], ['READY', field('ready')]],
  statefulset: [['READY', ({ ready, replicas }) => `${wordOf(ready)}/${wordOf(replicas)}`]],
  daemonset: [['DESIRED', field('replicas')], ['READY', field('ready')]],
  service: [['TYPE', field('type')], ['CLUSTER-IP', field('clusterIP')], ['PORT(S)', ({ ports }) => ((ports ?? []) as unknown as Port[]).map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`).join(',')]],
  job: [['STATUS', field('status')], ['COMPLETIONS', ({ succeeded, completions }) => `${wordOf(succeeded)}/${wordOf(completions)}`]],
}
const OTHER: Column[] = [['STATUS', ({ status, conditions }) => wordOf(status) || readyWord(conditions)]]

function readyWord(conditions: View[string] | undefined): string {
  const { Ready } = (conditions ?? {}) as Record<string, string>
  return Ready === undefined ? '' : Ready === 'True' ? 'Ready' : 'NotReady'
}

/**
 * The objects of a kind (`pod`, `deployment`, also of custom resources) at the end of `runs`, in at most `most` rows;
 * the last of them says how many are left out.
 */
export function objectTable(runs: FoldedRun[], kind: string, clock: number, most = Infinity): ObjectTable {
  const wanted = singular(kind)
  const columns = COLUMNS[wanted] ?? OTHER
  const objects = livingObjects(runs, wanted).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  const shown = objects.length > most ? objects.slice(0, Math.max(1, most - 1)) : objects
  return {
    kind: wanted,
    head: ['NAME', ...columns.map(([title]) => title), 'AGE'],
    rows: shown.map(object => ({
      id: object.id,
      cells: [object.name, ...columns.map(([, cell]) => cell(object.view)), age(object, clock)],
    })),
    more: objects.length - shown.length,
  }
}

/** `pods`, `Deployments` and `pod` name the same kind. */
export function singular(kind: string): string {
  const lower = kind.trim().toLowerCase()
  return lower.endsWith('ies') ? `${lower.slice(0, -3)}y` : lower.endsWith('s') && !lower.endsWith('ss') ? lower.slice(0, -1) : lower
}

function age({ view, bornAt }: NewestObject, clock: number): string {
  const created = Date.parse(wordOf(view.createdAt))
  // A recording is shown at another time than that of its cluster.
  return ageText(clock - (Number.isNaN(created) || Math.abs(created - bornAt) > 60_000 ? bornAt : created))
}
