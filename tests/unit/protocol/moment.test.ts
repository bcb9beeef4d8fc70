import { expect, it } from 'vitest'
import { timeOf } from '../../../runners/protocol/moment.ts'

it('finds the moments that paper shows', () => {
  const events = [{ seq: 1, at: 50, type: 'phase', phase: 'ready' }, { seq: 2, at: 90, type: 'marker', label: 'gone' }] as const
  expect(timeOf({ type: 'phase', phase: 'ready' }, [...events])).toBe(50)
  expect(timeOf({ type: 'marker', label: 'gone' }, [...events])).toBe(90)
  expect(timeOf({ type: 'marker', label: 'never' }, [...events])).toBe(90)
  expect(timeOf({ type: 'start' }, [...events])).toBe(0)
})
