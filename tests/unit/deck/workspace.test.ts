import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isWithin, workspaceOf } from '../../../runners/deck/workspace.ts'
import { onDecks } from '../../_decks.ts'

const decks = onDecks()

it.each([
  ['nothing', [], 'talks/one'],
  ['a package', ['talks/one/package.json'], 'talks/one'],
  ['a package above', ['talks/package.json'], 'talks'],
  ['a workspace of pnpm', ['talks/one/package.json', 'pnpm-workspace.yaml'], '.'],
  ['a workspace of npm', ['talks/one/package.json', 'talks/package.json=workspaces'], 'talks'],
])('Slidev reads files for a deck in: %s', async (name, files, root) => {
  const top = join(decks.dir, name.replaceAll(' ', '-'))
  const dir = join(top, 'talks/one')
  await mkdir(dir, { recursive: true })
  for (const file of files) {
    const [path, key] = file.split('=')
    await writeFile(join(top, path!), key ? JSON.stringify({ [key]: ['one'] }) : '{}')
  }
  expect(workspaceOf(dir)).toBe(join(top, root))
})

it.each([
  ['/a/b/c', '/a/b', true],
  ['/a/b', '/a/b', true],
  ['/a/..b/c', '/a', true],
  ['/a/bc', '/a/b', false],
  ['/a', '/a/b', false],
  ['/etc/hosts', '/a/b', false],
])('%s is within %s: %s', (file, root, within) => {
  expect(isWithin(file, root)).toBe(within)
})
