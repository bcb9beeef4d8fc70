import { expect, it } from 'vitest'
import { densityOf } from '../../../../../client/views/containers/density.ts'

it('shrinks cards to dots when there are many for their box', () => {
  const box = { width: 876, height: 300 }
  expect([0, 6, 10, 500].map(n => densityOf(n, box))).toEqual(['card', 'card', 'row', 'dot'])
  expect(densityOf(10, { width: 400, height: 200 })).toBe('chip')
  expect(densityOf(10, { width: 400, height: 120 })).toBe('dot')
  // No card is cut off: where none fits, a line says how the container is.
  expect(densityOf(1, { width: 400, height: 60 })).toBe('row')
  expect(densityOf(3, { width: 400, height: 100 })).toBe('chip')
})
