import process from 'node:process'
import { parseDeck } from '../deck/parse.ts'
import { nearest } from '../deck/suggest.ts'
import { isPassed } from '../protocol/event.ts'
import { writeRecording } from '../service/store.ts'
import { mayRun, runAll, selectSteps } from './run-all.ts'
import { formatResult, tellProblems } from './tell.ts'

/** `kamishibai record`: runs the steps live and writes what changed; resolves with the exit code. */
export async function record({ deck: path, only, trust }: { deck: string, only: string[], trust: boolean }): Promise<number> {
  const deck = await parseDeck(path)
  const unknown = only.find(id => !deck.steps.some(step => step.id === id))
  if (unknown !== undefined) {
    const near = nearest(unknown, deck.steps.map(step => step.id))
    console.error(`The deck has no step ${unknown}.${near ? ` Did you mean ${near}?` : ` Its steps: ${deck.steps.map(s => s.id).join(', ')}.`}`)
    return 2
  }
  if (!mayRun(trust)) {
    console.error('Nothing was run: without a terminal to ask at, record needs --trust.')
    return 2
  }
  tellProblems(deck.problems, process.stderr)
  const steps = selectSteps(deck, only)
  const results = await runAll(deck, steps, async (result) => {
    const passed = isPassed(result.outcome.phase)
    const chosen = !only.length || only.includes(result.step.id)
    const written = passed && chosen && result.recording && await writeRecording(deck, result.recording)
    const note = !chosen ? 'needed only' : written ? 'written' : passed ? 'unchanged' : 'not written'
    process.stdout.write(`${formatResult(result)}  ${note}\n`)
  })
  const failures = results.filter(result => !isPassed(result.outcome.phase)).length
  process.stdout.write(`${results.length - failures} of ${steps.length} steps recorded\n`)
  return failures || results.length < steps.length || deck.problems.some(p => p.severity === 'error') ? 1 : 0
}
