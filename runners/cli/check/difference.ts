import type { Deck } from '../../deck/deck.ts'
import type { Difference, Part } from '../../protocol/essence.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Step } from '../../protocol/step.ts'
import { escapeDeceiving } from '../../deck/escape.ts'
import { recordCommand } from '../../deck/record-command.ts'
import { differenceOf } from '../../protocol/essence.ts'

/** As many lines of a difference are shown. */
const SHOWN = 12
/** Characters of a line; a longer one is cut. */
const LENGTH = 120

const WORDS: Record<Part, string> = {
  step: 'the step or the size of its terminal',
  course: 'how it went',
  answers: 'who answered',
  objects: 'its objects',
  output: 'its output',
}

/** A difference in a few words: `its objects, its output`. */
export function namePartsOf({ parts }: Difference): string {
  return parts.map(part => WORDS[part]).join(', ')
}

/** The lines of the output that changed, as a diff has them; of many the first. */
export function formatDifference({ lines }: Difference): string[] {
  const shown = lines.slice(0, SHOWN).map(({ sign, text }) => escapeDeceiving(`${sign} ${cut(text)}`))
  return lines.length > SHOWN ? [...shown, `  … and ${lines.length - SHOWN} lines more`] : shown
}

function cut(text: string): string {
  const characters = [...text]
  return characters.length > LENGTH ? `${characters.slice(0, LENGTH - 1).join('')}…` : text
}

/** What a live run tells otherwise than a recording of the same step, as a problem of the deck and as lines. */
export async function changeOf(
  { deck, step, strict }: { deck: Deck, step: Step, strict: boolean },
  recorded: Recording,
  now: Recording,
): Promise<{ problem: Problem, lines: string[] } | undefined> {
  const difference = await differenceOf(recorded, now)
  if (!difference)
    return undefined
  return {
    problem: {
      severity: strict ? 'error' : 'warning',
      file: step.file,
      line: step.line,
      column: step.column,
      code: 'recording-differs',
      message: `${step.id} is not what its recording shows any more: ${namePartsOf(difference)} changed`,
      hint: `Where that is right, record it: ${recordCommand(deck, [step.id])}`,
    },
    lines: formatDifference(difference),
  }
}
