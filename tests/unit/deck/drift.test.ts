import { expect, it } from 'vitest'
import { driftOf } from '../../../runners/deck/drift.ts'
import { step } from '../../_session.ts'

it('names the steps that do something else, came or went, and not those that only moved or whose files changed', () => {
  const before = { steps: [step('same'), step('other'), step('moved'), step('file'), step('gone')] }
  const now = { steps: [step('moved', { slide: 3, slides: [3], line: 40 }), step('same'), step('other', { code: 'false' }), step('file', { hash: 'fedcba9876543210' }), step('new')] }
  expect(driftOf(before, now)).toEqual(['other', 'gone', 'new'])
  expect(driftOf(before, before)).toEqual([])
})
