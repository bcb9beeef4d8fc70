import type { ScreenLine } from '../../../../runners/protocol/screen.ts'
import { expect, it } from 'vitest'
import { sameLines } from '../../../../client/terminal/compare.ts'

const screen = (...texts: string[]): ScreenLine[] => texts.map(text => text ? [{ text }] : [])
function differing(a: ScreenLine[], b: ScreenLine[]): number[][] {
  return sameLines(a, b).map(same => same.flatMap((is, i) => (is ? [] : [i])))
}

it('marks what was put in, and nothing that follows it', () => {
  expect(differing(screen('bin', 'etc', 'usr'), screen('bin', 'dev', 'etc', 'usr'))).toEqual([[], [1]])
})

it('marks what was taken away, and what is another', () => {
  expect(differing(screen('a', 'b', 'c', 'd'), screen('a', 'c', 'D'))).toEqual([[1, 3], [2]])
})

it('does not count the blank ends of lines', () => {
  expect(differing(screen('a  ', 'b'), screen('a', 'b   '))).toEqual([[], []])
})

it('marks all where they have nothing in common', () => {
  expect(differing(screen('a'), screen('b', 'c'))).toEqual([[0], [0, 1]])
})
