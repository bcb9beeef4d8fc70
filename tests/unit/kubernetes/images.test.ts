import type { KubeObject } from '../../../runners/kubernetes/objects.ts'
import { expect, it } from 'vitest'
import { lackingOn } from '../../../runners/kubernetes/images.ts'

function node(names: string[], spec = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec, status: { images: names.map(name => ({ names: [name] })) } }
}

it('an image is lacking where one node has not got it, by whatever name', () => {
  const nodes = [node(['docker.io/kamishibai/demo:1', 'docker.io/library/nginx:latest', 'registry.example/a@sha256:0']), node(['kamishibai/demo:1', 'nginx'])]
  expect(lackingOn(nodes, ['kamishibai/demo:1', 'nginx', 'nginx:1', 'registry.example/a@sha256:0'])).toEqual(['nginx:1', 'registry.example/a@sha256:0'])
})

it('a node that takes no pods, or tells of its largest images only, misses none', () => {
  const full = node(Array.from({ length: 50 }, (_, i) => `other:${i}`))
  expect(lackingOn([node(['demo:1']), node([], { unschedulable: true }), full], ['demo:1'])).toEqual([])
})
