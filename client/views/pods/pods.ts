import type { View } from '../../../runners/protocol/event.ts'
import type { FoldedRun } from '../containers/containers.ts'
import { livingObjects } from '../containers/containers.ts'

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

const RE_FAMILY = /^(.*-)([a-z0-9]{5})$/
const STARTING = /^(?:Pending|ContainerCreating|PodInitializing|Init:.*|Running)$/

/** A part of the control plane; `ready` where somebody said whether it is. */
export interface PlanePart { name: string, short: string, ready?: boolean }

/** The parts of the control plane as they stand at the end of `runs`. */
export function planeParts(runs: FoldedRun[], cluster = ''): PlanePart[] {
  const { view } = livingObjects(runs, 'controlplane').find(({ view }) => text(view.cluster) === cluster) ?? { view: {} as View }
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

export interface PodFilter {
  /** Labels that a pod must have, as `kubectl -l` takes them: `app=web,tier=front`. */
  selector?: string
  /** The name of a cluster that a step made. @default that of the session */
  cluster?: string
}

/** The pods at the end of `runs` on their nodes. A node that only its pods name counts as ready. */
export function podModel(runs: FoldedRun[], { selector, cluster = '' }: PodFilter = {}): PodModel {
  const isHere = ({ view }: { view: View }): boolean => text(view.cluster) === cluster
  const pods = livingObjects(runs, 'pod').filter(pod => isHere(pod) && matches(pod.view.labels, selector)).map(({ id, name, view, bornAt }) => toBox(id, name, view, bornAt))
  const nodes = new Map(livingObjects(runs, 'node').filter(isHere).map(({ name, view }): [string, NodeBox] => [name, {
    name,
    ready: view.ready !== false,
    ip: text(view.ip),
    podCIDR: text(view.podCIDR),
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

function text(value: View[string] | undefined): string {
  return typeof value === 'string' ? value : ''
}

function matches(labels: View[string] | undefined, selector: string | undefined): boolean {
  const own = (labels ?? {}) as Record<string, string>
  return (selector ?? '').split(',').filter(Boolean).every((part) => {
    const [key, value] = part.split(/==?/)
    return value === undefined ? key! in own : own[key!.trim()] === value.trim()
  })
}

function toBox(id: string, name: string, view: View, bornAt: number): PodBox {
  const [, family = '', own = name] = RE_FAMILY.exec(name) ?? []
  const status = text(view.status) || text(view.phase) || 'Pending'
  const containers = (Array.isArray(view.containers) ? view.containers : []).map(container => text((container as View).name))
  return { id, name, family, own, status, state: stateOf(status, view), ready: text(view.readyContainers), ip: text(view.ip), node: text(view.node), containers, bornAt }
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

/** What a pod takes in its forms, in px of the canvas with the gap after it. */
const FORMS = { card: { width: 196, height: 92 }, chip: { width: 92, height: 38 } }
const DOT = 17
const GAP = 8

/** How big the pods of the fullest node may be in a box of this size. */
export function podForm(count: number, { width, height }: { width: number, height: number }): 'card' | 'chip' | 'dot' {
  // The gap after the last one may be cut.
  const fits = ({ width: w, height: h }: { width: number, height: number }): boolean => count <= Math.max(1, Math.floor((width + GAP) / w)) * Math.floor((height + GAP) / h)
  return fits(FORMS.card) ? 'card' : fits(FORMS.chip) ? 'chip' : 'dot'
}

/** How many dots fit in a box of this size. */
export function dotsIn({ width, height }: { width: number, height: number }): number {
  return Math.max(1, Math.floor(width / DOT) * Math.floor(height / DOT))
}
