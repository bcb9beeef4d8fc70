import process from 'node:process'
import { expect, it } from 'vitest'
import { formatResult } from '../../../runners/cli/io/tell.ts'
import { lineInFile } from '../../../runners/deck/line-in-file.ts'
import { fence, onDecks } from '../../_decks.ts'

const { parse } = onDecks()

const CODE = 'apiVersion: v1\n# hidden: kind: ConfigMap\nmetadata: { name: a }\ndatta: {}'

it('finds a line that a slide shows in the deck, hidden ones counted', async () => {
  const { steps: [step] } = await parse(fence('yaml {apply id=a}', CODE))
  expect(lineInFile(step!)).toEqual({ file: 'deck.md', line: 3 })
  expect(lineInFile(step!, 1)).toEqual({ file: 'deck.md', line: 4 })
  expect(lineInFile(step!, 3)).toEqual({ file: 'deck.md', line: 7 })
})

it('finds it in the file that is shown', async () => {
  const { steps: [step] } = await parse('# T\n\n<<< @/a.yaml yaml {apply id=a}\n', { 'a.yaml': CODE })
  expect(lineInFile(step!, 3)).toEqual({ file: 'a.yaml', line: 4 })
})

it('puts a failure on the line that it is about, and ends its sentence there where there is no hint', async () => {
  const { steps: [step] } = await parse(fence('yaml {apply id=a}', CODE))
  const error = { code: 'bad-manifest' as const, message: 'there is no field datta', hint: '', line: 3 }
  expect(formatResult({ dir: process.cwd() }, { step: step!, outcome: { phase: 'failed', expectations: [], durationMs: 0, error } })).toMatch(/\n {4}deck\.md:7 {2}there is no field datta\.$/)
})
