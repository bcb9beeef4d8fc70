import type { Deck } from '../../../../runners/deck/deck.ts'
import type { Step } from '../../../../runners/protocol/step.ts'
import { expect, it } from 'vitest'
import { takeDeck } from '../../../../runners/service/session/take-deck.ts'
import { step } from '../../../_session.ts'

const deckOf = (...steps: Step[]): Deck => ({ title: steps.map(({ id }) => id).join(), steps } as Deck)

it('a step that does what it did stays the same, wherever it stands now', () => {
  const [one, two] = [step('one'), step('two')]
  const deck = deckOf(one, two)
  expect(takeDeck(deck, deckOf(step('two', { slide: 3, slides: [3], line: 40 }), step('one')))).toEqual([])
  expect(deck.title).toBe('two,one')
  expect(deck.steps.map(({ id }) => id)).toEqual(['two', 'one'])
  expect(deck.steps[0]).toBe(two)
  expect(deck.steps[1]).toBe(one)
  expect(two).toMatchObject({ slide: 3, slides: [3], line: 40 })
})

it.each<[string, Step[], string[]]>([
  ['its code', [step('one', { code: 'false', hash: 'f' })], ['one']],
  ['an option', [step('one', { rows: 9 })], ['one']],
  ['a file that it reads', [step('one', { hash: 'other' })], ['one']],
  ['its id', [step('won')], ['one', 'won']],
  ['that it is there', [], ['one']],
])('a step is another one where it changed: %s', (_, steps, changed) => {
  const one = step('one')
  const deck = deckOf(one)
  expect(takeDeck(deck, deckOf(...steps))).toEqual(changed)
  expect(deck.steps).toEqual(steps)
  expect(deck.steps).not.toContain(one)
})
