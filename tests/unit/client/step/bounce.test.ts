import { expect, it } from 'vitest'
import { BOUNCE, createBounce } from '../../../../client/step/bounce.ts'

it('takes a second start of the same step right after the first for a slip', () => {
  let now = 0
  const { take } = createBounce(() => now)
  expect([take('a'), take('a'), take('b')]).toEqual([true, false, true])
  now = BOUNCE - 1
  expect(take('a')).toBe(false)
  now = BOUNCE
  expect(take('a')).toBe(true)
})

it('takes a press right after a start for a part of it', () => {
  let now = 0
  const { take, isBounce } = createBounce(() => now)
  expect(isBounce()).toBe(false)
  take('a')
  expect(isBounce()).toBe(true)
  now = BOUNCE
  expect(isBounce()).toBe(false)
})

it('knows nothing of another window', () => {
  const [one, two] = [createBounce(() => 0), createBounce(() => 0)]
  one.take('a')
  expect([two.isBounce(), two.take('a')]).toEqual([false, true])
})
