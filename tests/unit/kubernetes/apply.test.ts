import type { Applying } from '../../../runners/kubernetes/apply.ts'
import type { Resource } from '../../../runners/kubernetes/discovery.ts'
import type { Step } from '../../../runners/protocol/step.ts'
import { expect, it } from 'vitest'
import { ApiError } from '../../../runners/kubernetes/api.ts'
import { applyStep } from '../../../runners/kubernetes/apply.ts'

const CODE = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.example.com}
spec: {group: example.com, names: {kind: Boat, plural: boats}, versions: [{name: v1, served: true}]}
---
apiVersion: example.com/v1
kind: Boat
metadata: {name: one}
`

function resource(kind: string, plural: string, group: string, namespaced: boolean): Resource {
  return { group, version: 'v1', kind, plural, singular: kind.toLowerCase(), short: [], namespaced }
}

/** A cluster that calls a definition established, and lists its kind only when it is asked for the third time. */
function lateCluster() {
  const made: string[] = []
  let asked = 0
  const api = {
    async get(path: string) {
      if (!made.includes(path) && !path.endsWith('/namespaces/talk'))
        throw new ApiError(404, '{}')
      return { metadata: { labels: {} }, status: { conditions: [{ type: 'Established', status: 'True' }] } }
    },
    async send(method: string, path: string, body: object) {
      if (method === 'PATCH')
        made.push(path)
      return { status: 201, body }
    },
  }
  const discovery = {
    async of({ kind }: { kind?: string }) {
      if (kind !== 'Boat')
        return resource('CustomResourceDefinition', 'customresourcedefinitions', 'apiextensions.k8s.io', false)
      return made.some(path => path.endsWith('boats.example.com')) && ++asked > 2
        ? resource('Boat', 'boats', 'example.com', true)
        : undefined
    },
    named: async () => undefined,
    all: async () => [],
  }
  const applying = {
    space: { api, admin: api, namespace: 'talk' },
    discovery,
    grants: [{ type: 'crd', group: 'example.com' }],
    onObject: () => {},
  } as unknown as Applying
  return { applying, made }
}

it('makes objects of a new kind once the cluster lists it, not when its definition is called established', async () => {
  const { applying, made } = lateCluster()
  const context = { emit: () => {}, signal: new AbortController().signal, labels: {} }
  await applyStep({ id: 'crd', code: CODE } as Step, applying, context)
  expect(made.at(-1)).toBe('/apis/example.com/v1/namespaces/talk/boats/one')
})
