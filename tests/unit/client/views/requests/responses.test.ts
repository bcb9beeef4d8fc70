import type { Payload } from '../../../../../runners/protocol/event.ts'
import { expect, it } from 'vitest'
import { durationText, fitRows, summarize } from '../../../../../client/views/requests/responses.ts'
import { runOf } from '../_runs.ts'

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
  const units = { seconds: '秒', milliseconds: 'ミリ秒' }
  expect([0.84, 12.3, 1234].map(ms => durationText(ms, units))).toEqual(['0.8 ミリ秒', '12 ミリ秒', '1.2 秒'])
})
