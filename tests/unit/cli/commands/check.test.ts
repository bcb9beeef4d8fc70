import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shardOf } from '../../../../runners/cli/commands/check.ts'
import { step } from '../../../_session.ts'

it('every step is in one share, in the order of the deck, and shares differ by one step at most', () => {
  fc.assert(fc.property(fc.nat(40), fc.integer({ min: 1, max: 12 }), (length, parts) => {
    const steps = Array.from({ length }, (_, i) => step(`s${i}`))
    const shares = Array.from({ length: parts }, (_, i) => shardOf(steps, `${i + 1}/${parts}`)!)
    expect(shares.flat()).toEqual(steps)
    const sizes = shares.map(share => share.length)
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
  }))
})

it.each(['0/3', '4/3', '1', 'a/b', '1/0', '1/3/5'])('%s is no share', (shard) => {
  expect(shardOf([step('a')], shard)).toBeUndefined()
})
