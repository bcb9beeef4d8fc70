import process from 'node:process'
import { parseDeck } from '../deck/parse.ts'
import { formatPlan, toPlan } from '../deck/plan.ts'
import { tellProblems } from './tell.ts'

/** `kamishibai plan`: shows what the deck can do; resolves with the exit code. */
export async function plan({ deck: path, json }: { deck: string, json: boolean }): Promise<number> {
  const deck = await parseDeck(path)
  process.stdout.write(json ? `${JSON.stringify(toPlan(deck), null, 2)}\n` : formatPlan(toPlan(deck)))
  tellProblems(deck, deck.problems, process.stderr)
  return deck.problems.some(problem => problem.severity === 'error') ? 1 : 0
}
