import { expect, it } from 'vitest'
import { clusterEvents } from '../../../../../client/views/events/events.ts'
import { object, run } from '../_runs.ts'

it('lists events, the latest first', () => {
  const events = clusterEvents([run(
    object('event', 'a', { type: 'Normal', reason: 'Scheduled', object: 'pod/web', message: 'assigned', count: 1, at: '2026-01-01T00:00:01Z' }),
    object('event', 'b', { type: 'Warning', reason: 'BackOff', object: 'pod/web', message: 'restarting', count: 3, at: '2026-01-01T00:00:09Z' }),
  )])
  expect(events.map(({ reason, type, count }) => [reason, type, count])).toEqual([['BackOff', 'Warning', 3], ['Scheduled', 'Normal', 1]])
})
