import type { FoldedRun } from '../../../../client/views/containers/containers.ts'
import type { Payload } from '../../../../runners/protocol/event.ts'
import { describe, expect, it } from 'vitest'
import { countStates, livingContainers, livingObjects } from '../../../../client/views/containers/containers.ts'
import { cutText, layOutNetwork } from '../../../../client/views/network/layout.ts'
import { describeNetwork, networkModel } from '../../../../client/views/network/network.ts'
import { ratioOf, scaleOf, toRacer } from '../../../../client/views/race/race.ts'
import { durationText, fitRows, summarize } from '../../../../client/views/requests/responses.ts'
import { bytesText, niceTop, percentText, seriesOf, stepPath, totalsOf, windowOf } from '../../../../client/views/stats/stats.ts'
import { foldRun } from '../../../../runners/protocol/fold.ts'

/** A run of the step `s` that began at `startedAt`. */
function runOf(startedAt: number, ...events: [at: number, payload: Payload][]): FoldedRun & { step: string } {
  return { step: 's', startedAt, state: foldRun(events.map(([at, payload], i) => ({ ...payload, at, seq: i + 1 }))) }
}

function container(name: string, view: Record<string, unknown> = {}, op: 'added' | 'modified' | 'deleted' = 'added'): Payload {
  return { type: 'resource', op, ref: { kind: 'container', id: `id-${name}`, name }, view: { state: 'running', image: 'app', ports: [], networks: {}, ...view } as never }
}

function network(name: string, view: Record<string, unknown> = {}): Payload {
  return { type: 'resource', op: 'added', ref: { kind: 'network', id: `id-${name}`, name }, view: { subnets: ['10.0.0.0/24'], gateways: ['10.0.0.1'], internal: false, ...view } as never }
}

const sample = (name: string, cpu: number, memory: number): Payload => ({ type: 'sample', ref: { kind: 'container', id: `id-${name}`, name }, cpu, memory })

describe('containers', () => {
  it('takes the newer of two with the same name, as recordings of two days have them', () => {
    const old = runOf(0, [1, container('web')])
    const { state } = runOf(0, [1, container('web')])
    state.resources = { 'container/other': { ...state.resources['container/id-web']!, ref: { kind: 'container', id: 'other', name: 'web' } } }
    expect(livingObjects([{ startedAt: 1000, state }, old], 'container').map(c => c.id)).toEqual(['other'])
  })

  it('counts states only where they differ', () => {
    expect(countStates(livingContainers([runOf(0, [1, container('a')], [2, container('b')])]))).toEqual([])
    expect(countStates(livingContainers([runOf(0, [1, container('a')], [2, container('b')], [3, container('c', { state: 'exited' })])]))).toEqual([['running', 2], ['exited', 1]])
  })
})

describe('networks', () => {
  const run = runOf(0, [1, network('front')], [2, network('back', { internal: true, subnets: ['10.0.1.0/24'] })], [3, container('web', { networks: { front: '10.0.0.2' }, ports: ['127.0.0.1:8080→80'] })], [4, container('api', { networks: { front: '10.0.0.3', back: '10.0.1.3' } })], [5, container('db', { networks: { back: '10.0.1.2' } })], [6, container('alone', { networks: { none: '' } })])

  it('finds addresses, subnets and ports', () => {
    const { networks, containers } = networkModel([run])
    expect(networks.map(n => [n.name, n.subnet, n.internal])).toEqual([['front', '10.0.0.0/24', false], ['back', '10.0.1.0/24', true]])
    expect(containers[0]).toMatchObject({ name: 'web', addresses: { front: '10.0.0.2' }, ports: [{ hostIp: '127.0.0.1', hostPort: '8080', port: '80' }] })
    expect(containers[3]!.addresses).toEqual({})
    expect(describeNetwork(networkModel([run]))).toBe('front 10.0.0.0/24: web 10.0.0.2 127.0.0.1:8080→80, api 10.0.0.3; back 10.0.1.0/24 internal: api 10.0.1.3, db 10.0.1.2')
  })

  it('puts bridges that share a container in rows of their own, and hangs containers below', () => {
    const { bridges, containers, nat, detail } = layOutNetwork(networkModel([run]), 876, 360)
    expect(detail).toBe('box')
    expect(nat).toBeDefined()
    const [front, back] = bridges
    expect(back!.y).toBeGreaterThan(front!.y)
    expect([front!.uplink, back!.uplink]).toEqual([expect.any(Number), undefined])
    const api = containers.find(({ container }) => container.name === 'api')!
    expect(api.joins).toEqual([front!.y + front!.height, back!.y + back!.height])
    expect(containers.every(shape => shape.y > back!.y && shape.y + shape.height <= 360)).toBe(true)
  })

  it('lets networks that share nothing stand beside each other', () => {
    const two = runOf(0, [1, network('a')], [2, network('b')], [3, container('x', { networks: { a: '1' } })], [4, container('y', { networks: { b: '2' } })])
    const { bridges } = layOutNetwork(networkModel([two]), 876, 300)
    expect(bridges[0]!.y).toBe(bridges[1]!.y)
    expect(bridges[0]!.x + bridges[0]!.width).toBeLessThan(bridges[1]!.x)
  })

  it('keeps 500 containers and 30 networks inside the host', () => {
    const events = Array.from({ length: 30 }, (_, i): [number, Payload] => [i, network(`n${i}`)])
    const members = Array.from({ length: 500 }, (_, i): [number, Payload] => [100 + i, container(`c${i}`, { networks: { [`n${i % 30}`]: '10.0.0.9' } })])
    const { bridges, detail, hidden } = layOutNetwork(networkModel([runOf(0, ...events, ...members)]), 876, 360)
    expect(detail).toBe('dots')
    const dots = bridges.flatMap(bridge => bridge.dots)
    expect(dots.every(({ x, y }) => x > 0 && x < 876 && y > 0 && y < 360)).toBe(true)
    expect(bridges.length + hidden).toBe(30)
  })

  it('has a shape without anything, and without a container', () => {
    expect(layOutNetwork(networkModel([]), 400, 200)).toMatchObject({ bridges: [], containers: [] })
    expect(layOutNetwork(networkModel([runOf(0, [1, network('a')])]), 400, 200).bridges).toHaveLength(1)
  })

  it('cuts text to a width', () => {
    expect([cutText('view-web', 80, 10), cutText('view-web', 60, 10), cutText('日本', 30, 10), cutText('ab', 5, 10)]).toEqual(['view-web', 'view-…', '…'.slice(1), ''])
  })
})

describe('statistics', () => {
  const run = runOf(1000, [0, container('a')], [10, sample('a', 0.5, 100)], [500, container('b')], [510, sample('b', 0.1, 50)], [1000, sample('a', 0.2, 120)], [2000, container('b', { state: 'exited' }, 'modified')])

  it('sums what runs at each time, and lets go of what ended', () => {
    const totals = totalsOf(seriesOf([run]))
    expect(totals.map(({ at, count, memory }) => [at, count, memory])).toEqual([[1010, 1, 100], [1510, 2, 150], [2000, 2, 170], [3000, 1, 120]])
    expect(totals.at(-1)!.cpu).toBeCloseTo(0.2)
  })

  it('takes only what is wanted', () => {
    expect(seriesOf([run], (_, name) => name === 'b').map(s => s.name)).toEqual(['b'])
    expect(totalsOf(seriesOf([]))).toEqual([])
  })

  it('measurements that come together are one step', () => {
    const both = runOf(0, [0, sample('a', 0, 10)], [100, sample('b', 0, 20)], [1100, sample('a', 0, 11)])
    expect(totalsOf(seriesOf([both])).map(({ at, memory }) => [at, memory])).toEqual([[0, 30], [1100, 31]])
  })

  it('shows the last two minutes, beginning with what held then', () => {
    const long = Array.from({ length: 200 }, (_, i) => ({ at: i * 1000, count: 1, cpu: 0, memory: i }))
    const { from, to, totals } = windowOf(long, 199_500)
    expect([from, to, totals[0]!.at, totals[0]!.memory]).toEqual([79_500, 199_500, 79_500, 79])
    expect(windowOf([], 50)).toEqual({ from: 50, to: 10_050, totals: [] })
  })

  it('draws steps', () => {
    expect(stepPath([{ at: 0, value: 0 }, { at: 50, value: 10 }], { from: 0, to: 100, clock: 80, top: 10 })).toBe('M0.0000 1.0000H0.5000V0.0000H0.8000')
    expect(stepPath([], { from: 0, to: 1, clock: 1, top: 1 })).toBe('')
    expect([0, 3, 0.7, 100].map(niceTop)).toEqual([1, 5, 1, 100])
    expect([bytesText(516096), bytesText(1.3 * 1024 ** 2), bytesText(3 * 1024 ** 3), percentText(0.0312), percentText(1.5)]).toEqual(['504 KiB', '1.3 MiB', '3.0 GiB', '3.1 %', '150 %'])
  })
})

describe('requests', () => {
  const response = (n: number, by: string | undefined, ms = 2, status = 200): Payload => ({ type: 'response', n, status, ms, ...by && { by } })

  it('says who answered how often, and what failed last', () => {
    const { state } = runOf(0, [1, response(1, 'a', 1)], [2, response(2, 'b', 9)], [3, response(3, undefined, 5000, 0)], [4, response(4, 'a', 3)], [5, response(5, 'a', 1, 503)], [6, { type: 'progress', label: 'requests', done: 5, total: 30 }])
    const summary = summarize(state)
    expect(summary.answerers.map(({ by, fault, count }) => [by ?? fault, count])).toEqual([['a', 2], ['b', 1], [0, 1], [503, 1]])
    expect(summary).toMatchObject({ count: 5, total: 30, failed: 2, median: 3, slowest: 9 })
    expect(summarize({ responses: [] })).toMatchObject({ answerers: [], count: 0, total: 0, median: undefined })
  })

  it('keeps the busiest where there are too many', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ by: `p${i}`, count: i, responses: [] }))
    const { shown, others } = fitRows(many, 4)
    expect(shown.map(row => row.by)).toEqual(['p6', 'p7', 'p8'])
    expect(others).toHaveLength(6)
    expect([0.84, 12.3, 1234].map(durationText)).toEqual(['0.8 ms', '12 ms', '1.2 s'])
  })
})

describe('a race', () => {
  const phase = (name: 'waiting' | 'preparing' | 'running' | 'ready' | 'failed' | 'exited'): Payload => ({ type: 'phase', phase: name })
  const racer = (at: number, lines: string[], ...events: [number, Payload][]): ReturnType<typeof toRacer> =>
    toRacer({ step: 's', title: 'S', at, state: runOf(0, ...events).state, lines: () => lines.map(text => [{ text }]) })

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
})
