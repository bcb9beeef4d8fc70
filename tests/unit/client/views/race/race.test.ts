import type { Payload } from '../../../../../runners/protocol/event.ts'
import { expect, it } from 'vitest'
import { ratioOf, scaleOf, toRacer } from '../../../../../client/views/race/race.ts'
import { runOf } from '../_runs.ts'

const phase = (name: 'waiting' | 'preparing' | 'running' | 'ready' | 'failed' | 'exited'): Payload => ({ type: 'phase', phase: name })
function racer(at: number, lines: string[], ...events: [number, Payload][]): ReturnType<typeof toRacer> {
  return toRacer({ step: 's', title: 'S', at, state: runOf(0, ...events).state, lines: () => lines.map(text => [{ text }]) })
}

it('starts its clock when the step starts, not while it waits, and stops it at the moment', () => {
  expect(racer(500, [], [0, phase('waiting')])).toMatchObject({ ms: 0, arrived: false })
  expect(racer(500, [], [0, phase('waiting')], [200, phase('running')])).toMatchObject({ ms: 300, arrived: false })
  expect(racer(9000, [], [200, phase('running')], [1200, phase('ready')], [4000, phase('exited')])).toMatchObject({ ms: 1000, arrived: true, phase: 'ready' })
  expect(racer(9000, [], [200, phase('running')], [700, phase('failed')])).toMatchObject({ ms: 500, arrived: false, phase: 'failed' })
})

it('tells what a virtual machine runs on', () => {
  expect(racer(1, ['booting', 'accelerator: KVM  ', 'ready']).accelerator).toBe('KVM')
  expect(racer(1, ['ready']).accelerator).toBeUndefined()
})

it('compares the first with the last once all are there', () => {
  const [fast, slow, late] = [racer(9, [], [0, phase('running')], [300, phase('ready')]), racer(9, [], [0, phase('running')], [2400, phase('ready')]), racer(900, [], [0, phase('running')])]
  expect(ratioOf([slow, fast])).toMatchObject({ first: fast, last: slow, times: 8 })
  expect(ratioOf([fast, late])).toBeUndefined()
  expect([scaleOf([fast]), scaleOf([fast, slow]), scaleOf([])]).toEqual([1, 5, 1])
})
