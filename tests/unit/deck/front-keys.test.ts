import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { onDecks } from '../../_decks.ts'

const decks = onDecks()

/** The keys of frontmatter that are told, with their places. */
async function toldOf(deck: string): Promise<string[]> {
  const { problems } = await decks.parse(deck)
  return problems.filter(({ code }) => code === 'unknown-key').map(({ line, column, message, hint }) => `${line}:${column} ${message.split(' ').at(-1)}: ${hint}`)
}

it('a misspelt key is told with its place and the one that is meant', async () => {
  expect(await toldOf('---\ntitle: T\ndurration: 20min\nlinenumbers: true\n---\n\n# One\n\n---\nlayuot: center\n  \n---\n\n# Two\n')).toEqual([
    '3:1 durration: Did you mean duration?',
    '4:1 linenumbers: Did you mean lineNumbers?',
    '10:1 layuot: Did you mean layout?',
  ])
})

it('a key that a theme may read is not told', async () => {
  expect(await toldOf('---\ntitle: T\ntitles: 3\nclass2: x\nlogo: a.svg\nbio: me\ncolors: red\nmode: x\n---\n\n# One\n')).toEqual([])
})

it('knows each key that Slidev describes', async () => {
  const types = createRequire(import.meta.url).resolve('@slidev/types')
  const text = await readFile(join(dirname(types), 'index.d.mts'), 'utf8')
  const described = ['HeadmatterConfig', 'Frontmatter'].flatMap((name) => {
    const [, body] = new RegExp(`interface ${name} [^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(text)!
    return [...body!.matchAll(/^ {2}(\w+)\?:/gm)].map(([, key]) => key!)
  })
  expect(described.length).toBeGreaterThan(50)
  const long = [...new Set(described)].filter(key => key.length > 5)
  const misspelt = long.map(key => `${key}q: 1`)
  expect((await toldOf(`---\n${misspelt.join('\n')}\n---\n\n# One\n`)).map(line => /Did you mean (\w+)/.exec(line)![1])).toEqual(long)
})
