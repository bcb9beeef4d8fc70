import { expect, it } from 'vitest'
import { onDecks } from '../../_decks.ts'

const decks = onDecks()

async function toldOf(deck: string): Promise<string[]> {
  const { problems } = await decks.parse(deck)
  return problems.filter(({ code }) => code === 'swallowed-slide').map(({ line, column, message }) => `${line}:${column} ${/line (\d+)/.exec(message)![1]}`)
}

const SECOND = '\n---\n\n# Two\n\n'

it.each([
  ['a code block that opens behind a list\'s mark', `# One\n\n- \`\`\`sh\n  ls\n  \`\`\`\n${SECOND}- \`\`\`sh\n  pwd\n  \`\`\`\n`, ['5:3 7']],
  ['one that is indented otherwise than its end', `# One\n\n  \`\`\`sh\nls\n\`\`\`\n${SECOND}\`\`\`sh\npwd\n\`\`\`\n`, ['5:1 7']],
])('tells where Slidev does not part slides: %s', async (_, deck, told) => {
  expect(await toldOf(deck)).toEqual(told)
})

it.each([
  ['blocks in items, in lines of their own', `# One\n\n- a\n  \`\`\`sh\n  ls\n  \`\`\`\n${SECOND}- b\n  \`\`\`sh\n  pwd\n  \`\`\`\n`],
  ['a rule within a block', `# One\n\n\`\`\`md\n---\n\`\`\`\n${SECOND}`],
  ['a list\'s mark, and no other block', `# One\n\n- \`\`\`sh\n  ls\n  \`\`\`\n${SECOND}`],
])('tells nothing where it does: %s', async (_, deck) => {
  expect(await toldOf(deck)).toEqual([])
  expect((await decks.parse(deck)).slides).toHaveLength(2)
})
