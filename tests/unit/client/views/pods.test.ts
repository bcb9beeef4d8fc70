import type { View } from '../../../../runners/protocol/event.ts'
import type { ResourceState } from '../../../../runners/protocol/fold.ts'
import { expect, it } from 'vitest'
import { clusterEvents, fitColumns, objectTable, singular } from '../../../../client/views/objects/objects.ts'
import { describePods, planeParts, podForm, podModel, withMark } from '../../../../client/views/pods/pods.ts'
import { emptyRun } from '../../../../runners/protocol/fold.ts'

type Run = Parameters<typeof podModel>[0][number]

function object(kind: string, name: string, view: View, deleted = false): ResourceState {
  return { ref: { kind, id: `${kind}-${name}`, name }, view: { name, ...view }, deleted, addedAt: 0, changedAt: 10 }
}

function run(...all: ResourceState[]): Run {
  return { startedAt: 1_000_000, state: { ...emptyRun(), resources: Object.fromEntries(all.map(r => [`${r.ref.kind}/${r.ref.id}`, r])) } }
}

const web = (own: string, view: View, deleted = false): ResourceState => object('pod', `web-5d9c7b-${own}`, { status: 'Running', ready: true, readyContainers: '1/1', labels: { app: 'web' }, ...view }, deleted)

it('puts pods on their nodes, by number, and those that have none apart', () => {
  const model = podModel([run(
    object('node', 'n10', { ready: true, podCIDR: '10.1.10.0/24' }),
    object('node', 'n2', { ready: false }),
    web('aaaaa', { node: 'n2', ip: '10.1.2.3' }),
    web('bbbbb', { status: 'Pending', ready: false }),
    web('ccccc', { node: 'n2' }, true),
  )])
  expect(model.nodes.map(({ name, ready, pods }) => [name, ready, pods.map(pod => pod.own)])).toEqual([['n2', false, ['aaaaa']], ['n10', true, []]])
  expect(model.waiting.map(({ own, family, state }) => [own, family, state])).toEqual([['bbbbb', 'web-5d9c7b-', 'starting']])
  expect(describePods(model)).toBe('n2 NotReady: web-5d9c7b-aaaaa Running; n10: –; Pending: web-5d9c7b-bbbbb Pending')
})

it('tells the nodes of a cluster that a step made from those of the session', () => {
  const runs = [run(object('node', 'n1', { podCIDR: '10.1.1.0/24' }), { ...object('node', 'n1', { podCIDR: '10.9.1.0/24', cluster: 'demo' }), ref: { kind: 'node', id: 'other', name: 'n1' } }, web('aaaaa', { node: 'n1' }))]
  const shown = (cluster?: string) => podModel(runs, { cluster }).nodes.map(({ podCIDR, pods }) => [podCIDR, pods.length])
  expect(shown()).toEqual([['10.1.1.0/24', 1]])
  expect(shown('demo')).toEqual([['10.9.1.0/24', 0]])
})

it('knows a node by its pods where no word of it came', () => {
  expect(podModel([run(web('aaaaa', { node: 'n1' }))]).nodes.map(({ name, pods }) => [name, pods.length])).toEqual([['n1', 1]])
})

it.each([
  ['Running', { ready: true }, 'running'],
  ['Running', { ready: false }, 'starting'],
  ['ContainerCreating', {}, 'starting'],
  ['Terminating', { deleting: true, ready: true }, 'ending'],
  ['Completed', {}, 'done'],
  ['CrashLoopBackOff', {}, 'failed'],
  ['ErrImageNeverPull', {}, 'failed'],
])('shows a pod that is %s with %o as %s', (status, view, state) => {
  expect(podModel([run(object('pod', 'a', { status, ...view }))]).pods[0]!.state).toBe(state)
})

it('takes the pods that a selector names', () => {
  const runs = [run(web('aaaaa', {}), object('pod', 'client', { labels: { app: 'client' } }), object('pod', 'bare', {}))]
  expect(podModel(runs, { selector: 'app=web' }).pods.map(({ own }) => own)).toEqual(['aaaaa'])
  expect(podModel(runs, { selector: 'app' }).pods).toHaveLength(2)
  expect(podModel(runs).pods).toHaveLength(3)
})

it('marks the parts of the control plane of which somebody said how they stand', () => {
  const shown = (...all: ResourceState[]): string => planeParts([run(...all)]).map(part => withMark(part.name, part)).join(', ')
  expect(shown()).toBe('API server, etcd, scheduler, controllers')
  expect(shown(object('controlplane', 'control-plane', { apiServer: true, etcd: false }))).toBe('API server ✓, etcd ✗, scheduler, controllers')
  expect(shown(object('controlplane', 'control-plane', { apiServer: false }))).toBe('API server ✗, etcd, scheduler, controllers')
})

it('draws pods as large as they fit', () => {
  const box = { width: 400, height: 280 }
  expect([1, 6, 7, 28, 500].map(count => podForm(count, box))).toEqual(['card', 'card', 'chip', 'chip', 'dot'])
})

it('writes tables as kubectl does', () => {
  const runs = [run(
    object('deployment', 'web', { replicas: 3, ready: 2, updated: 3, available: 2, image: 'demo:1' }),
    object('service', 'web', { type: 'NodePort', clusterIP: '10.96.0.9', ports: [{ port: 80, nodePort: 30080, protocol: 'TCP', targetPort: 8080 }] }),
    object('virtualmachine', 'vm-1', { status: 'Running' }),
  )]
  const of = (kind: string): string[][] => {
    const { head, rows } = objectTable(runs, kind, 1_005_000)
    return [head, ...rows.map(({ cells }) => cells)]
  }
  expect(of('deployments')).toEqual([['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'IMAGE', 'AGE'], ['web', '2/3', '3', '2', 'demo:1', '5s']])
  expect(of('Service')[1]).toEqual(['web', 'NodePort', '10.96.0.9', '80:30080/TCP', '5s'])
  expect(of('virtualmachines')).toEqual([['NAME', 'STATUS', 'AGE'], ['vm-1', 'Running', '5s']])
  expect(of('pods')).toHaveLength(1)
})

it('leaves out the columns at the end of a table that do not fit whole', () => {
  const table = objectTable([run(object('pod', 'web-0', { readyContainers: '1/1', status: 'Terminating', restarts: 0, ip: '10.1.1.2', node: 'n1' }))], 'pods', 1_005_000)
  const heads = (width: number): string[] => fitColumns(table, width).head
  expect(heads(876)).toEqual(table.head)
  expect(heads(430)).toEqual(['NAME', 'READY', 'STATUS', 'RESTARTS', 'IP'])
  expect(fitColumns(table, 300).rows[0]!.cells).toEqual(['web-0', '1/1', 'Terminating'])
  expect(heads(10)).toEqual(['NAME'])
})

it('says how many rows are not shown, in the place of a row', () => {
  const runs = [run(...Array.from({ length: 30 }, (_, i) => object('pod', `p${i}`, { status: 'Running' })))]
  const fits = (most: number): number[] => {
    const { rows, more } = objectTable(runs, 'pods', 0, most)
    return [rows.length, more]
  }
  expect(fits(8)).toEqual([7, 23])
  expect(fits(29)).toEqual([28, 2])
  expect(fits(30)).toEqual([30, 0])
  expect(fits(1)).toEqual([1, 29])
})

it('names a kind by its singular', () => {
  expect(['Pods', 'networkpolicies', 'ingress', 'virtualmachine'].map(singular)).toEqual(['pod', 'networkpolicy', 'ingress', 'virtualmachine'])
})

it('lists events, the latest first', () => {
  const events = clusterEvents([run(
    object('event', 'a', { type: 'Normal', reason: 'Scheduled', object: 'pod/web', message: 'assigned', count: 1, at: '2026-01-01T00:00:01Z' }),
    object('event', 'b', { type: 'Warning', reason: 'BackOff', object: 'pod/web', message: 'restarting', count: 3, at: '2026-01-01T00:00:09Z' }),
  )])
  expect(events.map(({ reason, type, count }) => [reason, type, count])).toEqual([['BackOff', 'Warning', 3], ['Scheduled', 'Normal', 1]])
})
