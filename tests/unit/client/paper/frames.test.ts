import { expect, it } from 'vitest'
import { withoutPrefixes } from '../../../../client/paper/frames.ts'

function captionsOf(...texts: string[]): string[] {
  return withoutPrefixes(texts.map((text, i) => ({ caption: String(i), lines: text.split('\n').map(line => line ? [{ text: line }] : []) }))).map(({ caption }) => caption)
}

it('paper leaves out a moment whose text begins a later one\'s', () => {
  expect(captionsOf('', 'one', 'one\ntwo\n')).toEqual(['2'])
  expect(captionsOf('10 %', '50 %', 'done')).toEqual(['0', '1', '2'])
  // A screen that was cleared, or scrolled on.
  expect(captionsOf('one\ntwo', 'two\nthree')).toEqual(['0', '1'])
  expect(captionsOf('same', 'same')).toEqual(['1'])
  expect(captionsOf('')).toEqual(['0'])
})
