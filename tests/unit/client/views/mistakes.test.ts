import { expect, it } from 'vitest'
import { textsOf } from '../../../../client/texts.ts'
import { mistakesOf } from '../../../../client/views/mistakes.ts'

const steps = ['vm', 'container']

it('names the steps that the deck does not have', () => {
  expect(mistakesOf('LiveRace', { steps: 'vm, other' }, steps, textsOf('en'))).toEqual(['The deck has no step other'])
  expect(mistakesOf('LiveRace', { steps: 'vm,container' }, steps, textsOf('en'))).toEqual([])
})

it('names the attributes that a view needs, in the language of the deck', () => {
  expect(mistakesOf('LiveRace', { steps: ' , ' }, steps, textsOf('en'))).toEqual(['<LiveRace> needs steps="…"'])
  expect(mistakesOf('LiveObjects', {}, steps, textsOf('ja-JP'))).toEqual(['<LiveObjects> には kind="…" が必要です'])
})

it('takes a container\'s name for what it is', () => {
  expect(mistakesOf('LiveStats', { of: 'some-container' }, steps, textsOf(undefined))).toEqual([])
})
