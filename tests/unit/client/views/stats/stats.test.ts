import type { Payload } from '../../../../../runners/protocol/event.ts'
import { expect, it } from 'vitest'
import { bytesText, niceTop, percentText, seriesOf, stepPath, totalsOf, windowOf } from '../../../../../client/views/stats/stats.ts'
import { container, runOf } from '../_runs.ts'

const sample = (name: string, cpu: number, memory: number): Payload => ({ type: 'sample', ref: { kind: 'container', id: `id-${name}`, name }, cpu, memory })

const run = runOf(1000, [0, container('a')], [10, sample('a', 0.5, 100)], [500, container('b')], [510, sample('b', 0.1, 50)], [1000, sample('a', 0.2, 120)], [2000, container('b', { state: 'exited' }, 'modified')])

it('sums what runs at each time, and lets go of what ended', () => {
  const totals = totalsOf(seriesOf([run]))
  expect(totals.map(({ at, count, memory }) => [at, count, memory])).toEqual([
    [1010, 1, 100],
    [1510, 2, 150],
    [2000, 2, 170],
    [3000, 1, 120],
  ])
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

it('shows the last of two sessions, with what the other one left as its beginning', () => {
  const at = (ms: number, memory: number) => ({ at: ms, count: 1, cpu: 0, memory })
  const totals = [at(0, 1), at(1000, 2), at(111_000, 5), at(112_000, 6)]
  expect(windowOf(totals, 112_000)).toEqual({ from: 111_000, to: 121_000, totals: [at(111_000, 2), ...totals.slice(2)] })
})

it('draws steps', () => {
  expect(stepPath([{ at: 0, value: 0 }, { at: 50, value: 10 }], { from: 0, to: 100, clock: 80, top: 10 })).toBe('M0.0000 1.0000H0.5000V0.0000H0.8000')
  expect(stepPath([], { from: 0, to: 1, clock: 1, top: 1 })).toBe('')
  expect([0, 3, 0.7, 100].map(niceTop)).toEqual([1, 5, 1, 100])
  expect([bytesText(516096), bytesText(1.3 * 1024 ** 2), bytesText(3 * 1024 ** 3), percentText(0.0312), percentText(1.5)]).toEqual(['504 KiB', '1.3 MiB', '3.0 GiB', '3.1 %', '150 %'])
})
