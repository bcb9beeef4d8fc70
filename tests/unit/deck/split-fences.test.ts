import { expect, it } from 'vitest'
import { onDecks } from '../../_decks.ts'

const decks = onDecks()

async function toldOf(body: string): Promise<string[]> {
  const { problems } = await decks.parse(`# One\n\n${body}\n\n---\n\n# Two\n`)
  return problems.filter(({ code }) => code === 'split-fence').map(({ line, column }) => `${line}:${column}`)
}

it.each([
  ['of tildes', '~~~yaml\na: 1\n\n---\n\nb: 2\n~~~', '3:1'],
  ['of which Slidev takes the rest for a frontmatter', '~~~yaml\na: 1\n---\nb: 2\n~~~', '3:1'],
  ['in the item of a list', '- a\n\n  ~~~~yaml\n  a: 1\n\n---\n\n  b: 2\n  ~~~~', '5:3'],
])('a code block with --- in it is told: one %s', async (_, body, place) => {
  expect(await toldOf(body)).toEqual([place])
})

it.each([
  ['one of backticks', '```yaml\na: 1\n---\nb: 2\n```'],
  ['one of tildes without ---', '~~~yaml\na: 1\n~~~'],
  ['one that is closed nowhere', '~~~yaml\na: 1'],
  ['one whose --- does not begin its line', '~~~yaml\na: 1\n ---\nb: 2\n~~~'],
])('no other code block is: %s', async (_, body) => {
  expect(await toldOf(body)).toEqual([])
})
