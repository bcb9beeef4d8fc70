import type { Payload } from '../../runners/protocol/event.ts'
import { expect, inject, it, onTestFinished } from 'vitest'
import createDockerRunner from '../../runners/docker/runner.ts'
import { configOf, containerStep, contextOf } from './_runners.ts'

const host = inject('dockerHost')
const SLOW = { timeout: 20_000 }

type Told = [step: string | undefined, payload: Payload]

it.skipIf(!host)('measures the containers that a view asks for while they run, and tells the bridge that they are on', async () => {
  const config = { ...await configOf(host), measured: ['busy'] }
  const runner = createDockerRunner(config)
  const end = new AbortController()
  const told: Told[] = []
  const watching = runner.watch!((step, payload) => void told.push([step, payload]), end.signal)
  onTestFinished(async () => {
    end.abort()
    await runner.close!()
    await watching
  })
  const runs = [['busy', 'while :; do :; done'], ['idle', 'sleep 600']].map(([id, script]) => {
    const context = contextOf(config, id!)
    return { context, over: runner.run(containerStep(id!, { command: ['sh', '-c', script!], cpus: 0.5 }), context).catch(() => {}) }
  })
  const samples = (): Extract<Payload, { type: 'sample' }>[] => told.flatMap(([step, payload]) => payload.type === 'sample' && step === 'busy' ? [payload] : [])
  const states = (): unknown[] => told.flatMap(([, payload]) => payload.type === 'resource' && payload.ref.kind === 'container' ? [payload.view.state] : [])

  await expect.poll(() => samples().some(({ cpu, memory }) => cpu > 0.1 && cpu < 1 && memory > 50_000), SLOW).toBe(true)
  await expect.poll(() => states().filter(state => state === 'running').length, SLOW).toBeGreaterThanOrEqual(2)
  expect(told.filter(([step, payload]) => payload.type === 'sample' && step !== 'busy')).toEqual([])
  const bridges = told.filter(([, payload]) => payload.type === 'resource' && payload.ref.kind === 'network')
  expect(bridges).toMatchObject([[expect.any(String), { ref: { id: 'bridge' }, view: { subnets: [expect.stringMatching(/\/\d+$/)] } }]])

  for (const { context } of runs)
    context.abort(new Error('enough'))
  await Promise.all(runs.map(({ over }) => over))
  await expect.poll(() => told.filter(([, payload]) => payload.type === 'resource' && payload.op === 'deleted').length, SLOW).toBe(2)
  const last = told.findLastIndex(([, payload]) => payload.type === 'sample')
  const gone = told.findIndex(([step, payload]) => step === 'busy' && payload.type === 'resource' && payload.op === 'deleted')
  expect(last).toBeLessThan(gone)
})
