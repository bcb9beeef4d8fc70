import type { Deck } from '../../../runners/deck/deck.ts'
import { expect, it } from 'vitest'
import { planOf, planProblems } from '../../../runners/deck/timing.ts'

function deck(durationMs: number | undefined, ...slides: (number | undefined)[]): Deck {
  return ({ durationMs, slides: slides.map((ms, i) => ({ no: i + 1, durationMs: ms })) }) as unknown as Deck
}

it.each<[string, Deck, number[]]>([
  ['what the others leave', deck(600, undefined, 200, 100), [300, 200, 100]],
  ['an equal share with the others that have no time', deck(600, undefined, 200, undefined, undefined), [133, 200, 134, 133]],
  ['nothing of the whole talk\'s time as its own', deck(600, 600, 200, undefined), [200, 200, 200]],
  ['nothing where the others take it all', deck(600, undefined, 400, 300, undefined), [0, 400, 300, 0]],
  ['nothing where the whole is not planned', deck(undefined, 50, 200), [0, 200]],
])('gives slide 1 %s', (_, of, plan) => expect(planOf(of)).toEqual(plan))

it('plans nothing for a deck without slides', () => expect(planOf(deck(600))).toEqual([]))

it('tells what is missing, and what takes too long', () => {
  expect(planProblems(deck(undefined, 1))).toHaveLength(1)
  expect(planProblems(deck(600_000, undefined, 60_000))).toEqual([])
  expect(planProblems(deck(600_000, undefined, undefined, 60_000))).toEqual([])
  expect(planProblems(deck(60_000, undefined, 120_000, undefined))).toEqual(['The slides with a `duration:` take 2:00 of 1:00: nothing is left for slide 1, 3.'])
})
