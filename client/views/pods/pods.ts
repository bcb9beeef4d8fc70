import type { View } from '../../../runners/protocol/event.ts'
import type { FoldedRun } from '../foldedRun.ts'
import { livingObjects, textOf } from '../foldedRun.ts'
import { splitName } from '../podName.ts'

/** A pod as its box shows it. */
export interface PodBox {
  id: string
  name: string
  /** What stands before the part that tells it from its sisters: `web-5d9c-`. */
  family: string
  /** That part: `x7k2p`. */
  own: string
  /** The word of `kubectl get pods`. */
  status: string
  /** How it stands, in one of the colours. */
  state: PodState
  ready: string
  ip: string
  node: string
  containers: string[]
  bornAt: number
}

export type PodState = 'running' | 'starting' | 'ending' | 'failed' | 'done'

/** A node with what runs on it. */
export interface NodeBox {
  name: string
  ready: boolean
  ip: string
  podCIDR: string
  controlPlane: boolean
  pods: PodBox[]
}

/** The nodes by name, and the pods that have none yet. */
export interface PodModel { nodes: NodeBox[], waiting: PodBox[], pods: PodBox[] }

const STARTING = /^(?:Pending|ContainerCreating|PodInitializing|Init:.*|Running)$/

export interface PodFilter {
  /** Labels that a pod must have, as `kubectl -l` takes them: `app=web,tier=front`. */
  selector?: string
  /** The name of a cluster that a step made. @default that of the session */
  cluster?: string
}

/** The pods at the end of `runs` on their nodes. A node that only its pods name counts as ready. */
export function podModel(runs: FoldedRun[], { selector, cluster = '' }: PodFilter = {}): PodModel {
  const isHere = ({ view }: { view: View }): boolean => textOf(view, 'cluster') === cluster
  const pods = livingObjects(runs, 'pod').filter(pod => isHere(pod) && matches(pod.view.labels, selector)).map(({ id, name, view, bornAt }) => toBox(id, name, view, bornAt))
  const nodes = new Map(livingObjects(runs, 'node').filter(isHere).map(({ name, view }): [string, NodeBox] => [name, {
    name,
    ready: view.ready !== false,
    ip: textOf(view, 'ip'),
    podCIDR: textOf(view, 'podCIDR'),
    controlPlane: view.controlPlane === true,
    pods: [],
  }]))
  const waiting: PodBox[] = []
  for (const pod of pods) {
    if (pod.node && !nodes.has(pod.node))
      nodes.set(pod.node, { name: pod.node, ready: true, ip: '', podCIDR: '', controlPlane: false, pods: [] })
    const list = pod.node ? nodes.get(pod.node)!.pods : waiting
    list.push(pod)
  }
  const sorted = [...nodes.values()].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  return { nodes: sorted, waiting, pods }
}

function matches(labels: View[string] | undefined, selector: string | undefined): boolean {
  const own = (labels ?? {}) as Record<string, string>
  return (selector ?? '').split(',').filter(Boolean).every((part) => {
    const [key, value] = part.split(/==?/)
    return value === undefined ? key! in own : own[key!.trim()] === value.trim()
  })
}

function toBox(id: string, name: string, view: View, bornAt: number): PodBox {
  const { family, own } = splitName(name)
  const status = textOf(view, 'status') || textOf(view, 'phase') || 'Pending'
  const containers = (Array.isArray(view.containers) ? view.containers : []).map(container => textOf(container as View, 'name'))
  return { id, name, family, own, status, state: stateOf(status, view), ready: textOf(view, 'readyContainers'), ip: textOf(view, 'ip'), node: textOf(view, 'node'), containers, bornAt }
}

function stateOf(status: string, { ready, deleting }: View): PodState {
  if (deleting || status === 'Terminating')
    return 'ending'
  if (status === 'Running' && ready)
    return 'running'
  if (status === 'Completed' || status === 'Succeeded')
    return 'done'
  return STARTING.test(status) ? 'starting' : 'failed'
}

/** The model in words. */
export function describePods({ nodes, waiting }: PodModel): string {
  const words = (pods: PodBox[]): string => pods.slice(0, 12).map(({ name, status }) => `${name} ${status}`).join(', ') + (pods.length > 12 ? `, + ${pods.length - 12}` : '')
  return [
    ...nodes.map(({ name, ready, pods }) => `${name}${ready ? '' : ' NotReady'}: ${words(pods) || '–'}`),
    ...waiting.length ? [`Pending: ${words(waiting)}`] : [],
  ].join('; ')
}
