import type { KubeObject } from '../../../runners/kubernetes/objects.ts'
import { describe, expect, it } from 'vitest'
import { podStatus } from '../../../runners/kubernetes/project-pod.ts'
import { project } from '../../../runners/kubernetes/projection.ts'

function objectOf(kind: string, status = {}, spec = {}, metadata = {}): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'x', ...metadata }, spec, status }
}

describe('the word for a pod', () => {
  const terminated = (more: object) => ({ state: { terminated: { exitCode: 0, ...more } } })

  it.for<[string, object, object?]>([
    ['Unknown', {}],
    ['Pending', { phase: 'Pending' }],
    ['Running', { phase: 'Running', containerStatuses: [{ state: { running: {} } }] }],
    ['Completed', { phase: 'Succeeded', containerStatuses: [terminated({ reason: 'Completed' })] }],
    ['Running', { phase: 'Running', containerStatuses: [terminated({ reason: 'Completed' }), { state: { running: {} } }] }],
    ['Pending', { phase: 'Pending', initContainerStatuses: [terminated({ reason: 'Completed' })] }],
    ['CrashLoopBackOff', { phase: 'Running', containerStatuses: [terminated({ reason: 'Completed' }), { state: { waiting: { reason: 'CrashLoopBackOff' } } }] }],
    ['OOMKilled', { phase: 'Failed', containerStatuses: [terminated({ reason: 'OOMKilled' })] }],
    ['Signal:9', { phase: 'Failed', containerStatuses: [terminated({ signal: 9 })] }],
    ['ExitCode:3', { phase: 'Failed', containerStatuses: [terminated({ exitCode: 3 })] }],
    ['Evicted', { phase: 'Failed', reason: 'Evicted' }],
    ['Terminating', { phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }],
    ['Unknown', { phase: 'Running', reason: 'NodeLost' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }],
  ])('is %s with %j', ([word, status, metadata]) => {
    expect(podStatus(objectOf('Pod', status, {}, metadata))).toBe(word)
  })
})

it('a view has the labels that say something, and no annotations', () => {
  const labels = { 'app': 'web', 'pod-template-hash': '5d', 'dev.kamishibai.session': 'x', 'app.kubernetes.io/name': 'web', 'kubernetes.io/hostname': 'n' }
  expect(project(objectOf('Widget', {}, {}, { labels, annotations: { secret: 'x' } }))).toEqual({ name: 'x', labels: { app: 'web' } })
})

it.for([
  ['4', '24Gi', 4, 24 * 1024 ** 3],
  ['3920m', '512Mi', 3.92, 512 * 1024 ** 2],
  [undefined, '1000k', 0, 1e6],
] as const)('a node with %s and %s has its numbers', ([cpu, memory, cpus, bytes]) => {
  const view = project(objectOf('Node', { capacity: { cpu, memory } }))
  expect(view.cpus).toBeCloseTo(cpus)
  expect(view.memory).toBe(bytes)
})

it('a pod belongs to its controller, whatever else owns it', () => {
  const ownerReferences = [{ kind: 'Node', name: 'n', uid: '1' }, { kind: 'ReplicaSet', name: 'web-5d', uid: '2', controller: true }]
  expect(project(objectOf('Widget', {}, {}, { ownerReferences }))).toMatchObject({ owner: 'ReplicaSet/web-5d' })
})
