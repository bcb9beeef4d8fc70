import type { Deck } from '../../../../runners/deck/deck.ts'
import { expect, it } from 'vitest'
import { isFailure, selectSteps } from '../../../../runners/cli/check/run-all.ts'
import { step } from '../../../_session.ts'

const deck = { steps: [step('a'), step('b', { needs: ['a'] }), step('c', { needs: ['b'] }), step('d')] } as Deck
const idsOf = (ids: string[]): string[] => selectSteps(deck, ids).map(({ id }) => id)

it.each([
  [[], ['a', 'b', 'c', 'd']],
  [['d'], ['d']],
  [['c'], ['a', 'b', 'c']],
  [['d', 'b'], ['a', 'b', 'd']],
])('selects for %j, in the deck\'s order and with what they need, %j', (ids, selected) => {
  expect(idsOf(ids)).toEqual(selected)
})

it.each([
  ['exited', undefined, false],
  ['ready', undefined, false],
  ['failed', undefined, true],
  ['cancelled', undefined, true],
  ['idle', 'requires', false],
  ['idle', 'needs-failed', true],
] as const)('tells whether %s went wrong, skipped for %s', (phase, code, wrong) => {
  expect(isFailure({ step: step('a'), outcome: { phase, expectations: [], durationMs: 0 }, ...code && { skipped: { code, message: 'm' } } })).toBe(wrong)
})
