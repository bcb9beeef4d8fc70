import { expect, it } from 'vitest'
import { timeOf } from '../../../runners/protocol/moment.ts'

it('finds the moments that paper shows', () => {
  const events = [{ seq: 1, at: 50, type: 'phase', phase: 'ready' }, { seq: 2, at: 90, type: 'marker', label: 'gone' }] as const
  expect(timeOf({ type: 'phase', phase: 'ready' }, [...events])).toBe(50)
  expect(timeOf({ type: 'marker', label: 'gone' }, [...events])).toBe(90)
  expect(timeOf({ type: 'marker', label: 'never' }, [...events])).toBe(90)
  expect(timeOf({ type: 'start' }, [...events])).toBe(0)
})

it('takes of phases and markers that came twice the first', () => {
  const events = [{ seq: 1, at: 5, type: 'phase', phase: 'running' }, { seq: 2, at: 6, type: 'marker', label: 'a' }, { seq: 3, at: 8, type: 'phase', phase: 'running' }, { seq: 4, at: 9, type: 'marker', label: 'a' }] as const
  expect(timeOf({ type: 'phase', phase: 'running' }, [...events])).toBe(5)
  expect(timeOf({ type: 'marker', label: 'a' }, [...events])).toBe(6)
  expect(timeOf({ type: 'time', ms: 7 }, [...events])).toBe(7)
  expect(timeOf({ type: 'time', ms: 70 }, [...events])).toBe(9)
})
