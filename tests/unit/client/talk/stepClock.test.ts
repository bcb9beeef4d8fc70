import { expect, it } from 'vitest'
import { clockOf } from '../../../../client/talk/stepClock.ts'

it('tells what a step takes, and of one under way what is left', () => {
  expect(clockOf({ phase: 'idle', active: false, expected: 2.44 })).toEqual({ sign: '○', times: '2.4', late: false })
  expect(clockOf({ phase: 'running', active: true, seconds: 0.5, expected: 2 })).toEqual({ sign: '▶', times: '0.5 / 2.0', left: '1.5', late: false })
  expect(clockOf({ phase: 'running', active: true, seconds: 3, expected: 2 })).toEqual({ sign: '▶', times: '3.0 / 2.0', left: '0.0', late: true })
  expect(clockOf({ phase: 'ready', active: false, seconds: 3, expected: 2 })).toEqual({ sign: '✓', times: '3.0 / 2.0', late: false })
})

it('says nothing that it does not know', () => {
  expect(clockOf({ phase: 'idle', active: false })).toEqual({ sign: '○', times: '', late: false })
  expect(clockOf({ phase: 'failed', active: false, seconds: 1 })).toEqual({ sign: '✗', times: '1.0', late: false })
})
