import { expect, it } from 'vitest'
import { dotsIn, podForm } from '../../../../../client/views/pods/form.ts'

it('draws pods as large as they fit', () => {
  const box = { width: 400, height: 280 }
  expect([1, 6, 7, 28, 500].map(count => podForm(count, box))).toEqual(['card', 'card', 'chip', 'chip', 'dot'])
})

it('always has room for a dot', () => {
  expect([dotsIn({ width: 5, height: 5 }), dotsIn({ width: 170, height: 34 })]).toEqual([1, 20])
})
