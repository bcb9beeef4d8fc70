import process from 'node:process'
import { escapeDeceiving } from '../../deck/escape.ts'
import { parseDeck } from '../../deck/parse.ts'
import { formatPlan, toPlan } from '../../deck/plan/plan.ts'
import { readSlidevCode, slidevCodeLines } from '../../deck/slidev-code.ts'
import { readSources } from '../../deck/sources.ts'
import { tellProblems } from '../io/tell.ts'

/** `kamishibai plan`: shows what the deck can do; resolves with the exit code. */
export async function plan({ deck: path, json }: { deck: string, json: boolean }): Promise<number> {
  const deck = await parseDeck(path)
  const code = await readSlidevCode(deck.dir, await readSources(deck.file))
  if (json)
    process.stdout.write(`${JSON.stringify({ ...toPlan(deck), ...code }, null, 2)}\n`)
  else
    process.stdout.write(`${formatPlan(toPlan(deck))}${formatCode(slidevCodeLines(code))}`)
  tellProblems(deck, deck.problems, process.stderr)
  return deck.problems.some(problem => problem.severity === 'error') ? 1 : 0
}

/** What runs although no step does; a name could deceive as a line of a step could. */
function formatCode(lines: string[]): string {
  return lines.length ? `\n${['Code that Slidev runs, when the deck is replayed too:', ...lines.map(line => `  ${escapeDeceiving(line)}`)].join('\n')}\n` : ''
}
