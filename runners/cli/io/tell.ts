import type { Deck } from '../../deck/deck.ts'
import type { ErrorInfo } from '../../protocol/error.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { Step } from '../../protocol/step.ts'
import type { CheckedStep } from '../check/checked-step.ts'
import type { StepResult } from '../check/run-all.ts'
import { relative, resolve } from 'node:path'
import process from 'node:process'
import { styleText } from 'node:util'
import { escapeDeceiving } from '../../deck/escape.ts'
import { lineInFile } from '../../deck/line-in-file.ts'
import { isPassed } from '../../protocol/event.ts'

/** Coloured where standard output is a terminal and NO_COLOR is not set. */
function toMark(verdict: 'ok' | 'wrong' | 'skipped'): string {
  const [color, mark] = { ok: ['green', '✓'], wrong: ['red', '✗'], skipped: ['yellow', '-'] }[verdict] as ['green' | 'red' | 'yellow', string]
  return styleText(color, mark, { stream: process.stdout })
}

/** A file of a deck as it is opened from the working directory: an editor jumps to such a place. */
export function pathOf({ dir }: Pick<Deck, 'dir'>, file: string): string {
  return relative('', resolve(dir, file))
}

/** A mistake in a deck as one line: place, sentence, hint. */
export function formatProblem({ severity, file, line, column, message, hint }: Problem, deck: Pick<Deck, 'dir'>): string {
  return escapeDeceiving(`${pathOf(deck, file)}:${line}:${column}  ${severity}: ${message}${hint ? `. ${hint}` : ''}`)
}

/** Writes mistakes in a deck, one a line. */
export function tellProblems(deck: Pick<Deck, 'dir'>, problems: Problem[], to: NodeJS.WritableStream): void {
  for (const problem of problems)
    to.write(`${formatProblem(problem, deck)}\n`)
}

/**
 * A result as one line that ends with `note`, with what went wrong below it, where, and the end of what the step
 * wrote.
 */
export function formatResult(deck: Pick<Deck, 'dir'>, { step, outcome, skipped, output = [] }: StepResult, note?: string): string {
  const mark = toMark(skipped ? 'skipped' : isPassed(outcome.phase) ? 'ok' : 'wrong')
  const time = skipped ? '' : `${(outcome.durationMs / 1000).toFixed(1)} s`
  const why = skipped?.message ?? (outcome.error && whyFailed(deck, step, outcome.error))
  const below = [...why ? [why] : [], ...output.map(line => `  ${line}`)].map(line => `\n    ${escapeDeceiving(line)}`).join('')
  return `${mark} ${step.id.padEnd(20)} slide ${String(step.slide).padStart(2)}  ${outcome.phase.padEnd(9)} ${time.padStart(7)}${note ? `  ${note}` : ''}${below}`
}

function whyFailed(deck: Pick<Deck, 'dir'>, step: Step, { message, hint, line: shown }: ErrorInfo): string {
  const { file, line } = lineInFile(step, shown)
  return `${pathOf(deck, file)}:${line}  ${message}.${hint && ` ${hint}`}`
}

/** A step whose recording was folded, as one line, with what is wrong below it. */
export function formatChecked({ id, slide, ok, error }: CheckedStep): string {
  return `${toMark(ok ? 'ok' : 'wrong')} ${id.padEnd(20)} slide ${String(slide).padStart(2)}${error ? `\n    ${error.message}.${error.hint && ` ${error.hint}`}` : ''}`
}
