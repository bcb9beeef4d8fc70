import type { Deck } from '../../deck/deck.ts'
import type { Problem } from '../../protocol/problem.ts'
import process from 'node:process'
import { say } from './say.ts'
import { tellProblems } from './tell.ts'

/**
 * Tells what is wrong with a deck that was made all the same, and on which slides; `broken` is what only Slidev
 * found. Returns the exit code.
 */
export function tellMistakes(deck: Deck, broken: Problem[]): number {
  const all = [...deck.problems, ...broken].filter(problem => problem.severity === 'error')
  const mistakes = [...new Map(all.map(problem => [`${problem.file}:${problem.line}:${problem.column} ${problem.message}`, problem])).values()]
  if (!mistakes.length)
    return 0
  tellProblems(deck, mistakes, process.stderr)
  const slides = slidesWith(deck, mistakes)
  if (slides.length)
    say.error(`With mistakes: slide ${slides.join(', ')}.`)
  return 1
}

/** The slides, from 1, on which mistakes stand. */
export function slidesWith({ slides }: Pick<Deck, 'slides'>, mistakes: Problem[]): number[] {
  const found = mistakes.flatMap(({ file, line }) => {
    const before = slides.filter(slide => slide.file === file && slide.line <= line)
    const begin = Math.max(...before.map(slide => slide.line))
    return before.filter(slide => slide.line === begin).map(slide => slide.no)
  })
  return [...new Set(found)].sort((a, b) => a - b)
}
