import type { Applier } from '../_steps.ts'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { removeSpace } from '../../../runners/kubernetes/sweep.ts'
import { adminOf, stopApiServer } from '../_cluster.ts'
import { configMap, openApplier } from '../_steps.ts'

const cluster = inject('controlPlane')

describe.skipIf(!cluster?.name)('an API server that goes in the middle of a yaml {apply} step', () => {
  let applier: Applier

  beforeAll(async () => {
    applier = await openApplier(cluster!)
  })

  afterAll(async () => {
    // The cluster's controllers have lost the API server too, and take their time with four hundred objects.
    if (applier)
      await removeSpace((await adminOf(cluster!)).api, applier.namespace, 150_000)
    await applier?.close()
  })

  it('ends it within seconds, in words; run again, it makes what is missing', async () => {
    const code = Array.from({ length: 400 }, (_, i) => configMap(`c${i}`)).join('---\n')
    const { context, over } = applier.start('many', code)
    await context.shown(/c100 created/)
    const startAgain = await stopApiServer(cluster!)
    const stopped = performance.now()
    expect(await over).toMatchObject({ code: 'engine-lost', message: expect.stringContaining('does not answer: the connection '), hint: 'Is the cluster up? kamishibai cluster status' })
    expect(performance.now() - stopped).toBeLessThan(5000)
    await startAgain()
    const { error, output } = await applier.apply('many', code)
    expect(error).toBeUndefined()
    expect(output.match(/unchanged/g)!.length).toBeGreaterThan(100)
    expect(output.match(/unchanged|created/g)).toHaveLength(400)
    expect(output).toContain('configmap/c399 created')
  })
})
