import type { Applier } from './_steps.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseCondition } from '../../runners/deck/conditions.ts'
import { StepError } from '../../runners/protocol/error.ts'
import { deployment, openApplier } from './_steps.ts'

const cluster = inject('cluster')

describe.skipIf(!cluster)('the pods of a yaml {apply} step', () => {
  let applier: Applier

  beforeAll(async () => {
    applier = await openApplier(cluster!)
  })

  afterAll(() => applier?.close())

  it('tells within five seconds that an image is not on the nodes, and how it gets there', async () => {
    const late = delay(5000, 'too late', { ref: false })
    const { over } = applier.start('image', deployment('image', 'image: "nobody/has-this:1"'), { until: [parseCondition('rollout@deployment/image')] })
    expect(await Promise.race([over, late])).toMatchObject({ code: 'image-missing', message: expect.stringContaining('the image nobody/has-this:1 is not on the node'), hint: expect.stringContaining('kind load docker-image') })
  })

  it('tells the last words of a container that ends again and again', async () => {
    const { over } = applier.start('crash', deployment('crash', 'image: "kamishibai/demo:1", command: [sh, "-c", "echo one; echo the config is missing; exit 1"]'), { until: [parseCondition('rollout@deployment/crash')] })
    expect(await over).toMatchObject({ code: 'exited-early', message: expect.stringContaining('it said: the config is missing') })
  })

  it('removes what its last run made when it is run again with reset', async () => {
    const { over, context } = applier.start('anew', deployment('anew', 'image: "kamishibai/demo:1"'), { reset: true, until: [parseCondition('pods=1/1@app=anew')] })
    await expect.poll(async () => (await applier.runner.holds!(parseCondition('pods=1/1@app=anew')))!.ok, { timeout: 20_000 }).toBe(true)
    context.abort(new StepError('cancelled', 'run again'))
    await over
    await applier.runner.reset!('anew')
    expect(await applier.runner.holds!(parseCondition('pods=0/0@app=anew'))).toMatchObject({ ok: true })
    expect((await applier.apply('anew', deployment('anew', 'image: "kamishibai/demo:1"'), { reset: true })).output).toBe('deployment.apps/anew created\r\n')
  })
})
