import type { Applier } from '../_steps.ts'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { stopApiServer } from '../_cluster.ts'
import { configMap, openApplier } from '../_steps.ts'

const cluster = inject('controlPlane')

describe.skipIf(!cluster?.name)('an API server that goes in the middle of a yaml {apply} step', () => {
  let applier: Applier

  beforeAll(async () => {
    applier = await openApplier(cluster!)
  })

  afterAll(() => applier?.close())

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
