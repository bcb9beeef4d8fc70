import type { Applier } from '../_steps.ts'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseCondition } from '../../../runners/deck/conditions.ts'
import { StepError } from '../../../runners/protocol/error.ts'
import { adminOf } from '../_cluster.ts'
import { configMap, deployment, openApplier } from '../_steps.ts'

const cluster = inject('controlPlane')

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.test.kamishibai.dev}
spec:
  group: test.kamishibai.dev
  scope: Namespaced
  names: {kind: Boat, plural: boats, singular: boat}
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

describe.skipIf(!cluster)('a yaml {apply} step on a real API server', () => {
  let applier: Applier

  beforeAll(async () => {
    applier = await openApplier(cluster!, { grants: ['crd:test.kamishibai.dev', 'cluster-scoped:wide'] })
  })

  afterAll(() => applier?.close())

  it.each<[what: string, code: string, error: Partial<StepError>]>([
    ['what is no YAML', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\ndata: {}\n', { code: 'bad-manifest', message: expect.stringContaining('no YAML') as never }],
    ['a manifest without kind', 'apiVersion: v1\nmetadata: {name: a}\n', { line: 1, message: 'the manifest lacks a kind, like Pod or Deployment' }],
    ['a manifest without name', `${configMap('a')}---\napiVersion: v1\nkind: Pod\n`, { line: 6, message: 'the manifest lacks a name: metadata: {name: …}' }],
    ['an unknown kind, with what is near', deployment('a', 'image: x').replace('Deployment', 'Deploymet'), { line: 1, message: 'the cluster has no kind Deploymet of apps/v1', hint: 'Did you mean Deployment?' }],
    ['a kind of another version', deployment('a', 'image: x').replace('apps/v1', 'extensions/v1beta1'), { hint: 'Write apiVersion: apps/v1.' }],
    ['an unknown field, on its line', deployment('a', 'image: x').replace('replicas: 1', 'replicas: 1\n  replica: 2'), { code: 'bad-manifest', line: 6, message: 'deployment/a: there is no field replica in spec' }],
    ['an unknown field of a container', deployment('a', 'imagee: x'), { line: 12, message: expect.stringContaining('there is no field imagee') as never }],
    ['a value of the wrong kind', deployment('a', 'image: x').replace('replicas: 1', 'replicas: many'), { line: 5, message: 'deployment/a: spec.replicas takes a number, and "many" is none' }],
    ['a number where a text is wanted', configMap('a').replace('data: {a: b}', 'data:\n  a: 1'), { code: 'bad-manifest', line: 5, message: 'configmap/a: data.a takes a text, and 1 is none', hint: 'Put it in quotes: "1".' }],
    ['a mapping where a text is wanted', configMap('a').replace('data: {a: b}', 'data: {a: {b: c}}'), { code: 'bad-manifest', line: 4, message: 'configmap/a: data.a takes a text, and a mapping is none' }],
    ['a name that is a boolean to YAML', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\n', { code: 'bad-manifest', line: 4, message: 'metadata.name is to be a text, and to YAML it is true', hint: 'Put it in quotes.' }],
    ['a value out of bounds', deployment('a', 'image: x, ports: [{containerPort: 99999}]'), { line: 12, message: expect.stringContaining('must be between 1 and 65535') as never }],
    ['another namespace', configMap('a').replace('{name: a}', '\n  name: a\n  namespace: default'), { code: 'not-own', line: 5, message: 'configmap/a is for the namespace default, which is not the session\'s' }],
    ['a namespace', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: mine}\n', { code: 'not-own', message: 'the step may not make the namespace mine' }],
    ['an object of the whole cluster', 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n', { code: 'not-granted', hint: 'Give the deck the grant cluster-scoped:wrong in its headmatter.' }],
    ['a definition of a group that is not granted', CRD.replaceAll('test.kamishibai.dev', 'other.example.com'), { code: 'not-granted', hint: 'Give the deck the grant crd:other.example.com in its headmatter.' }],
    ['pods that would reach beyond themselves', deployment('a', 'image: x, securityContext: {privileged: true}'), { code: 'policy-refused', line: 9, message: expect.stringContaining('must not set securityContext.privileged=true') as never }],
    ['what gives more than the session may do itself', 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nrules: [{apiGroups: [""], resources: [pods], verbs: [get, escalate]}]\n', { code: 'policy-refused', line: 1, message: 'role/a would allow more than the session itself may do: escalate pods' }],
    ['what exceeds the quota', 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n', { code: 'policy-refused', message: 'service/a exceeds what a session may hold: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0' }],
  ])('refuses %s', async (_, code, expected) => {
    const { error } = await applier.apply('wrong', code)
    expect(error).toBeInstanceOf(StepError)
    expect(error).toMatchObject(expected)
  })

  it('lets no condition count before its objects are accepted', async () => {
    const refused = applier.start('refused', `${configMap('there')}---\n${configMap('refused').replace('data:', 'datta:')}`)
    expect(await refused.over).toMatchObject({ code: 'bad-manifest' })
    expect(refused.context.hasStarted()).toBe(false)
    const accepted = applier.start('accepted', configMap('accepted'))
    expect(await accepted.over).toBeUndefined()
    expect(accepted.context.hasStarted()).toBe(true)
  })

  it('counts lines as the slide shows them', async () => {
    const code = configMap('a').replace('data: {a: b}', 'data: {a: b}\ndataa: {}')
    expect((await applier.apply('wrong', code, { visible: code.replace('kind: ConfigMap\n', ''), hidden: ['kind: ConfigMap'] })).error).toMatchObject({ line: 4 })
  })

  it('says what became of each object, and names who set what it may not take over', async () => {
    expect((await applier.apply('scale', deployment('scaled', 'image: "kamishibai/demo:1"'))).output).toBe('deployment.apps/scaled created\r\n')
    expect((await applier.apply('scale', deployment('scaled', 'image: "kamishibai/demo:1"'))).output).toBe('deployment.apps/scaled unchanged\r\n')
    expect((await applier.apply('scale', deployment('scaled', 'image: "kamishibai/demo:1"', 2))).output).toBe('deployment.apps/scaled configured\r\n')
    const { api } = await adminOf(cluster!)
    await api.send('PATCH', `/apis/apps/v1/namespaces/${applier.namespace}/deployments/scaled`, { spec: { replicas: 3 } }, { query: { fieldManager: 'the-autoscaler' }, contentType: 'application/merge-patch+json' })
    expect((await applier.apply('scale', deployment('scaled', 'image: "kamishibai/demo:1"', 1))).error).toMatchObject({ code: 'conflict', line: 5, message: 'spec.replicas of deployment/scaled was set by the-autoscaler' })
  })

  it('applies definition and object of one fence, waits for a condition, and takes the definition away at the end', async () => {
    const { output, error } = await applier.apply('crd', `apiVersion: test.kamishibai.dev/v1\nkind: Boat\nmetadata: {name: one}\n---\n${CRD}`)
    expect(error).toBeUndefined()
    expect(output).toBe('customresourcedefinition.apiextensions.k8s.io/boats.test.kamishibai.dev created\r\nboat.test.kamishibai.dev/one created\r\n')
    const ready = parseCondition('condition=Ready@boat/one')
    expect(await applier.runner.holds!(ready)).toMatchObject({ ok: false, detail: 'it says nothing of Ready' })
    const { api } = await adminOf(cluster!)
    await api.send('PATCH', `/apis/test.kamishibai.dev/v1/namespaces/${applier.namespace}/boats/one/status`, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, { contentType: 'application/merge-patch+json' })
    expect(await applier.runner.holds!(ready)).toMatchObject({ ok: true })
    expect(await applier.runner.holds!(parseCondition('condition=Ready@ship/one'))).toMatchObject({ ok: false, detail: 'the cluster has no kind ship' })
  })

  it('makes what is of the whole cluster under a grant, leaves what is another\'s as it is, and takes its own away at the end', async () => {
    const role = (name: string): string => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: ${name}}\n`
    const { api } = await adminOf(cluster!)
    const theirs = '/apis/rbac.authorization.k8s.io/v1/clusterroles/view'
    const before = await api.get(theirs)
    expect((await applier.apply('wide', role('view'))).error).toMatchObject({ code: 'not-own', line: 1, message: 'clusterrole/view is in the cluster already, and not the session\'s' })
    expect(await api.get(theirs)).toEqual(before)
    const own = `wide-${applier.config.sessionId}`
    expect((await applier.apply('wide', role(own))).output).toBe(`clusterrole.rbac.authorization.k8s.io/${own} created\r\n`)
    expect((await applier.apply('narrow', role(own))).error).toMatchObject({ code: 'not-granted', hint: 'Give the deck the grant cluster-scoped:narrow in its headmatter.' })
  })

  it('tells that pods are not made because of the quota', async () => {
    const { over } = applier.start('many', deployment('many', 'image: "kamishibai/demo:1", resources: {limits: {memory: 20Gi}}'), { until: [parseCondition('pods=1/1@app=many')] })
    expect(await over).toMatchObject({ code: 'policy-refused', message: expect.stringContaining('that exceeds what a session may hold') })
  })

  it('applies a thousand objects, and one of nearly a megabyte', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => configMap(`c${i}`))
    const { output, error } = await applier.apply('thousand', names.join('---\n'))
    expect(error).toBeUndefined()
    expect(output.match(/created/g)).toHaveLength(1000)
    const big = configMap('big').replace('{a: b}', `{a: ${'x'.repeat(900_000)}}`)
    expect((await applier.apply('big', big)).output).toBe('configmap/big created\r\n')
    expect((await applier.apply('big', configMap('big').replace('{a: b}', `{a: ${'x'.repeat(2_000_000)}}`))).error).toMatchObject({ message: expect.stringMatching(/too long|large|limit/i) })
  })

  it('leaves nothing, neither the definition nor what is of the whole cluster', async () => {
    const { left } = await adminOf(cluster!)
    const { sessionId } = applier.config
    expect(await left(sessionId)).toEqual(expect.arrayContaining(['customresourcedefinitions/boats.test.kamishibai.dev', `clusterroles/wide-${sessionId}`]))
    await applier.runner.close!()
    expect(await left(sessionId)).toEqual([])
  })
})
