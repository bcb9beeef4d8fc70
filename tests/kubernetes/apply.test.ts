import type { Runner, RunnerConfig } from '../../runners/protocol/runner.ts'
import type { Step } from '../../runners/protocol/step.ts'
import type { Kept } from '../docker/_runners.ts'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseCondition } from '../../runners/deck/conditions.ts'
import createRunner from '../../runners/kubernetes/runner.ts'
import { StepError } from '../../runners/protocol/error.ts'
import { contextOf } from '../docker/_runners.ts'
import { step } from '../unit/_session.ts'
import { adminOf, configFor } from './_cluster.ts'

const cluster = inject('cluster')

function deployment(name: string, container: string, replicas = 1): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - {name: main, ${container}}
`
}
const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: b}\n`

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

describe.skipIf(!cluster)('a yaml {apply} step on a real cluster', () => {
  let config: RunnerConfig
  let runner: Runner

  beforeAll(async () => {
    config = await configFor(cluster!, { grants: ['crd:test.kamishibai.dev', 'cluster-scoped:wide'] })
    runner = createRunner(config)
    await runner.watch!(() => {}, new AbortController().signal)
  })

  afterAll(async () => {
    await runner?.close!()
    await rm(config.privateDir, { recursive: true, force: true })
  })

  const namespace = (): string => `kamishibai-${config.sessionId}`

  function start(id: string, code: string, options: Partial<Step> = {}): { context: Kept, over: Promise<unknown> } {
    const context = contextOf(config, id)
    const over = runner.run(step(id, { verb: 'apply', runner: 'kubernetes', lang: 'yaml', code, visible: code, ...options }), context).then(() => undefined, (error: unknown) => error)
    return { context, over }
  }

  /** Applies, and gives what went wrong. */
  async function apply(id: string, code: string, options: Partial<Step> = {}): Promise<{ error: unknown, output: string }> {
    const { context, over } = start(id, code, options)
    return { error: await over, output: context.output() }
  }

  it.each<[what: string, code: string, error: Partial<StepError>]>([
    ['what is no YAML', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\ndata: {}\n', { code: 'bad-input', message: expect.stringContaining('no YAML') as never }],
    ['a manifest without kind', 'apiVersion: v1\nmetadata: {name: a}\n', { line: 1, message: 'the manifest lacks a kind, like Pod or Deployment' }],
    ['a manifest without name', `${configMap('a')}---\napiVersion: v1\nkind: Pod\n`, { line: 6, message: 'the manifest lacks a name: metadata: {name: …}' }],
    ['an unknown kind, with what is near', deployment('a', 'image: x').replace('Deployment', 'Deploymet'), { line: 1, message: 'the cluster has no kind Deploymet of apps/v1', hint: 'Did you mean Deployment?' }],
    ['a kind of another version', deployment('a', 'image: x').replace('apps/v1', 'extensions/v1beta1'), { hint: 'Write apiVersion: apps/v1.' }],
    ['an unknown field, on its line', deployment('a', 'image: x').replace('replicas: 1', 'replicas: 1\n  replica: 2'), { code: 'bad-input', line: 6, message: 'deployment/a: there is no field replica in spec' }],
    ['an unknown field of a container', deployment('a', 'imagee: x'), { line: 12, message: expect.stringContaining('there is no field imagee') as never }],
    ['a value of the wrong kind', deployment('a', 'image: x').replace('replicas: 1', 'replicas: many'), { line: 5, message: expect.stringContaining('expected numeric') as never }],
    ['a value out of bounds', deployment('a', 'image: x, ports: [{containerPort: 99999}]'), { line: 12, message: expect.stringContaining('must be between 1 and 65535') as never }],
    ['another namespace', configMap('a').replace('{name: a}', '\n  name: a\n  namespace: default'), { code: 'not-allowed', line: 5, message: 'configmap/a is for the namespace default, which is not the session\'s' }],
    ['a namespace', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: mine}\n', { code: 'not-allowed', message: 'the step may not make the namespace mine' }],
    ['an object of the whole cluster', 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n', { code: 'not-allowed', hint: 'Give the deck the grant cluster-scoped:wrong in its headmatter.' }],
    ['a definition of a group that is not granted', CRD.replaceAll('test.kamishibai.dev', 'other.example.com'), { code: 'not-allowed', hint: 'Give the deck the grant crd:other.example.com in its headmatter.' }],
    ['pods that would reach beyond themselves', deployment('a', 'image: x, securityContext: {privileged: true}'), { code: 'not-allowed', line: 9, message: expect.stringContaining('must not set securityContext.privileged=true') as never }],
    ['what exceeds the quota', 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n', { code: 'not-allowed', message: 'service/a exceeds what a session may hold: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0' }],
  ])('refuses %s', async (_, code, expected) => {
    const { error } = await apply('wrong', code)
    expect(error).toBeInstanceOf(StepError)
    expect(error).toMatchObject(expected)
  })

  it('counts lines as the slide shows them', async () => {
    const code = configMap('a').replace('data: {a: b}', 'data: {a: b}\ndataa: {}')
    expect((await apply('wrong', code, { visible: code.replace('kind: ConfigMap\n', ''), hidden: ['kind: ConfigMap'] })).error).toMatchObject({ line: 4 })
  })

  it('says what became of each object, and names who set what it may not take over', async () => {
    expect((await apply('scale', deployment('scaled', 'image: "kamishibai/demo:1"'))).output).toBe('deployment.apps/scaled created\r\n')
    expect((await apply('scale', deployment('scaled', 'image: "kamishibai/demo:1"'))).output).toBe('deployment.apps/scaled unchanged\r\n')
    expect((await apply('scale', deployment('scaled', 'image: "kamishibai/demo:1"', 2))).output).toBe('deployment.apps/scaled configured\r\n')
    const { api } = await adminOf(cluster!)
    await api.send('PATCH', `/apis/apps/v1/namespaces/${namespace()}/deployments/scaled`, { spec: { replicas: 3 } }, { query: { fieldManager: 'the-autoscaler' }, contentType: 'application/merge-patch+json' })
    expect((await apply('scale', deployment('scaled', 'image: "kamishibai/demo:1"', 1))).error).toMatchObject({ code: 'failed', line: 5, message: 'spec.replicas of deployment/scaled was set by the-autoscaler' })
  })

  it('applies definition and object of one fence, waits for a condition, and takes the definition away at the end', async () => {
    const { output, error } = await apply('crd', `apiVersion: test.kamishibai.dev/v1\nkind: Boat\nmetadata: {name: one}\n---\n${CRD}`)
    expect(error).toBeUndefined()
    expect(output).toBe('customresourcedefinition.apiextensions.k8s.io/boats.test.kamishibai.dev created\r\nboat.test.kamishibai.dev/one created\r\n')
    const ready = parseCondition('condition=Ready@boat/one')
    expect(await runner.holds!(ready)).toMatchObject({ ok: false, detail: 'it says nothing of Ready' })
    const { api } = await adminOf(cluster!)
    await api.send('PATCH', `/apis/test.kamishibai.dev/v1/namespaces/${namespace()}/boats/one/status`, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, { contentType: 'application/merge-patch+json' })
    expect(await runner.holds!(ready)).toMatchObject({ ok: true })
    expect(await runner.holds!(parseCondition('condition=Ready@ship/one'))).toMatchObject({ ok: false, detail: 'the cluster has no kind ship' })
  })

  it('tells within five seconds that an image is not on the nodes', async () => {
    const late = delay(5000, 'too late', { ref: false })
    const { over } = start('image', deployment('image', 'image: "nobody/has-this:1"'), { until: [parseCondition('rollout@deployment/image')] })
    expect(await Promise.race([over, late])).toMatchObject({ code: 'image-missing', message: expect.stringContaining('the image nobody/has-this:1 is not on the node') })
  })

  it('tells the last words of a container that ends again and again', async () => {
    const { over } = start('crash', deployment('crash', 'image: "kamishibai/demo:1", command: [sh, "-c", "echo one; echo the config is missing; exit 1"]'), { until: [parseCondition('rollout@deployment/crash')] })
    expect(await over).toMatchObject({ code: 'exited-early', message: expect.stringContaining('it said: the config is missing') })
  })

  it('tells that pods are not made because of the quota', async () => {
    const { over } = start('many', deployment('many', 'image: "kamishibai/demo:1", resources: {limits: {memory: 20Gi}}'), { until: [parseCondition('pods=1/1@app=many')] })
    expect(await over).toMatchObject({ code: 'not-allowed', message: expect.stringContaining('that exceeds what a session may hold') })
  })

  it('removes what its last run made when it is run again with reset', async () => {
    const { over, context } = start('anew', deployment('anew', 'image: "kamishibai/demo:1"'), { reset: true, until: [parseCondition('pods=1/1@app=anew')] })
    await expect.poll(async () => (await runner.holds!(parseCondition('pods=1/1@app=anew')))!.ok, { timeout: 20_000 }).toBe(true)
    context.abort(new StepError('cancelled', 'run again'))
    await over
    await runner.reset!('anew')
    expect(await runner.holds!(parseCondition('pods=0/0@app=anew'))).toMatchObject({ ok: true })
    expect((await apply('anew', deployment('anew', 'image: "kamishibai/demo:1"'), { reset: true })).output).toBe('deployment.apps/anew created\r\n')
  })

  it('applies a thousand objects, and one of nearly a megabyte', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => configMap(`c${i}`))
    const { output, error } = await apply('thousand', names.join('---\n'))
    expect(error).toBeUndefined()
    expect(output.match(/created/g)).toHaveLength(1000)
    const big = configMap('big').replace('{a: b}', `{a: ${'x'.repeat(900_000)}}`)
    expect((await apply('big', big)).output).toBe('configmap/big created\r\n')
    expect((await apply('big', configMap('big').replace('{a: b}', `{a: ${'x'.repeat(2_000_000)}}`))).error).toMatchObject({ message: expect.stringMatching(/too long|large|limit/i) })
  })

  it('leaves nothing, the definition neither', async () => {
    const { left } = await adminOf(cluster!)
    expect(await left(config.sessionId)).toContain('customresourcedefinitions/boats.test.kamishibai.dev')
    await runner.close!()
    expect(await left(config.sessionId)).toEqual([])
  })
})
