import type { View } from '../../../../../runners/protocol/event.ts'
import type { ResourceState } from '../../../../../runners/protocol/fold.ts'
import { expect, it } from 'vitest'
import { describePods, podModel } from '../../../../../client/views/pods/pods.ts'
import { object, run } from '../_runs.ts'

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
  const shown = (cluster?: string) =>
    podModel(runs, { cluster }).nodes.map(({ podCIDR, pods }) => [podCIDR, pods.length])
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
