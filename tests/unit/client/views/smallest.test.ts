import { expect, it } from 'vitest'
import { isTooSmall } from '../../../../client/views/smallest.ts'

it('is a sliver below the size that a view can be read in, and not before it is measured', () => {
  expect(isTooSmall('LiveNetwork', { width: 400, height: 30 })).toBe(true)
  expect(isTooSmall('LiveNetwork', { width: 100, height: 300 })).toBe(true)
  expect(isTooSmall('LiveNetwork', { width: 400, height: 110 })).toBe(false)
  expect(isTooSmall('LiveNetwork', { width: 0, height: 0 })).toBe(false)
  expect(isTooSmall('LiveOutput', { width: 10, height: 10 })).toBe(false)
})
