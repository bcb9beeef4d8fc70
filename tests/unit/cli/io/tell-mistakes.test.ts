import type { DeckSlide } from '../../../../runners/deck/deck.ts'
import type { Problem } from '../../../../runners/protocol/problem.ts'
import { expect, it } from 'vitest'
import { slidesWith } from '../../../../runners/cli/io/tell-mistakes.ts'

const slide = (no: number, file: string, line: number): DeckSlide => ({ no, title: '', file, line, fences: [] })
const mistake = (file: string, line: number): Problem => ({ severity: 'error', file, line, column: 1, code: 'x', message: 'x' })

it('names the slides on which mistakes stand, all that show an imported one', () => {
  const slides = [slide(1, 'deck.md', 1), slide(2, 'part.md', 1), slide(3, 'deck.md', 9), slide(4, 'part.md', 1), slide(5, 'part.md', 7)]
  expect(slidesWith({ slides }, [mistake('deck.md', 12), mistake('part.md', 6), mistake('gone.md', 1)])).toEqual([2, 3, 4])
})
