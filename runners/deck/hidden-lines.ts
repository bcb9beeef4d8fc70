import type { Problem } from '../protocol/problem.ts'
import type { Step } from '../protocol/step.ts'
import { placeOfLine } from './line-in-file.ts'

/** A line that looks like one that runs unseen, and is a comment that everybody sees. */
const RE_NEARLY = /^\s*#\s*hidd?en?\s*:/i

/** Warns of lines of a step's code that are meant to run unseen, and are written otherwise. */
export function checkHiddenLines(step: Step, problems: Problem[]): void {
  const shown = new Set(step.visible.split('\n'))
  step.code.split('\n').forEach((line, i) => {
    if (RE_NEARLY.test(line) && shown.has(line)) {
      problems.push({
        severity: 'warning',
        ...placeOfLine(step, i + 1),
        column: 1,
        code: 'hidden-misspelt',
        message: `a line of ${step.id} is a comment that the slide shows, and runs nothing`,
        hint: 'To run it unseen, begin it with "# hidden: ", one blank behind each.',
      })
    }
  })
}
