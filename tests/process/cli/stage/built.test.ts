import type { KeptBuild } from '../../../../runners/service/store/builds.ts'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { builtOf, useBuild } from '../../../../runners/cli/stage/built.ts'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { StepError } from '../../../../runners/protocol/error.ts'

const before = process.env.XDG_STATE_HOME
let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-built-'))
  process.env.XDG_STATE_HOME = join(dir, '.kamishibai/state')
})

afterEach(async () => {
  if (before === undefined)
    delete process.env.XDG_STATE_HOME
  else
    process.env.XDG_STATE_HOME = before
  await rm(dir, { recursive: true, force: true })
})

/** What is built of the deck with these words, and whether it was built now. */
async function build(words: string, outside: string[] = []): Promise<{ built: KeptBuild, made: boolean }> {
  await writeFile(join(dir, 'deck.md'), `# ${words}\n`)
  let made = false
  const built = await builtOf(await parseDeck(join(dir, 'deck.md')), {
    flavour: 'stage',
    signal: new AbortController().signal,
    async build(_, { target, onBuilding }) {
      made = true
      await writeFile(join(target, 'index.html'), words)
      onBuilding?.({ outside })
      return []
    },
  })
  if ('error' in built)
    throw built.error
  const release = await useBuild(built)
  await release()
  return { built, made }
}

const pageOf = ({ dir }: KeptBuild): Promise<string> => readFile(join(dir, 'index.html'), 'utf8')

it('builds a deck once, and anew where it has changed', async () => {
  const first = await build('One')
  expect(first.made).toBe(true)
  expect(await build('One')).toEqual({ built: first.built, made: false })
  const other = await build('Two')
  expect(other.made).toBe(true)
  expect(await pageOf(other.built)).toBe('Two')
  // Who goes back finds what was built before.
  expect(await build('One')).toEqual({ built: first.built, made: false })
})

it('builds anew where what was built has changed: a step may write beside its deck', async () => {
  const { built } = await build('One')
  await writeFile(join(built.dir, 'index.html'), '<script>steal()</script>')
  const mended = await build('One')
  expect(mended.made).toBe(true)
  expect(await pageOf(mended.built)).toBe('One')
  await writeFile(join(mended.built.dir, 'more.js'), 'steal()')
  expect((await build('One')).made).toBe(true)
})

it('builds anew where a file outside of the deck\'s folder has changed', async () => {
  const shared = join(dir, '../', `${dir.split('/').at(-1)}.css`)
  await writeFile(shared, 'a {}')
  expect((await build('One', [shared])).made).toBe(true)
  expect((await build('One', [shared])).made).toBe(false)
  await writeFile(shared, 'b {}')
  expect((await build('One', [shared])).made).toBe(true)
  await rm(shared)
  expect((await build('One', [shared])).made).toBe(true)
})

it('keeps the newest and the one before, and what a talk uses', async () => {
  const names = async (): Promise<string[]> => (await readdir(join(dir, '.kamishibai/builds/deck'))).filter(name => !name.includes('.')).sort()
  const nameOf = ({ built }: { built: KeptBuild }): string => basename(built.dir)
  const one = await build('One')
  const two = await build('Two')
  const three = await build('Three')
  expect(await names()).toEqual([two, three].map(nameOf).sort())
  expect(one.built.key).not.toBe(two.built.key)
  const end = await useBuild(two.built)
  const four = await build('Four')
  expect(await names()).toEqual([two, three, four].map(nameOf).sort())
  await end()
  const five = await build('Five')
  expect(await names()).toEqual([four, five].map(nameOf).sort())
})

it('gives the last good build where one fails', async () => {
  const good = await build('One')
  await writeFile(join(dir, 'deck.md'), '# Two\n')
  const deck = await parseDeck(join(dir, 'deck.md'))
  const failing = { flavour: 'stage', signal: new AbortController().signal, build: () => Promise.reject(new StepError('command-failed', 'no', 'See.')) } as const
  expect(await builtOf(deck, failing)).toMatchObject({ error: { message: 'no' }, last: { key: good.built.key } })
  await writeFile(join(good.built.dir, 'index.html'), 'changed')
  expect(await builtOf(deck, failing)).toEqual({ error: expect.objectContaining({ message: 'no' }) as unknown, last: undefined })
  // Nothing is left of what was not done.
  expect(await readdir(join(dir, '.kamishibai/builds/deck'))).toEqual([basename(good.built.dir)])
})

it('fetches what could not be fetched before, without building anew', async () => {
  await writeFile(join(dir, 'deck.md'), '# One\n\n![](https://pictures.test/one.png)\n')
  const deck = await parseDeck(join(dir, 'deck.md'))
  let made = 0
  const built = (isOnline: boolean): ReturnType<typeof builtOf> => builtOf(deck, {
    flavour: 'stage',
    signal: new AbortController().signal,
    async build(_, { target }) {
      made++
      await writeFile(join(target, 'index.html'), '<img src="https://pictures.test/one.png">')
      return []
    },
    get: () => isOnline ? Promise.resolve({ type: 'image/png', body: Buffer.from('one') }) : Promise.reject(new Error('there is no network')),
  })
  expect(await built(false)).toMatchObject({ missing: [{ url: 'https://pictures.test/one.png', reason: 'there is no network' }] })
  const online = await built(true) as KeptBuild
  expect(online.missing).toEqual([])
  expect(await pageOf(online)).toMatch(/^<img src="\/from-the-internet\/\w+\.png">$/)
  expect(await built(false)).toEqual(online)
  expect(made).toBe(1)
})

it('is built by two commands at once, each with files of its own', async () => {
  await writeFile(join(dir, 'deck.md'), '# One\n')
  const deck = await parseDeck(join(dir, 'deck.md'))
  const began = Promise.withResolvers<void>()
  let building = 0
  const both = await Promise.all([1, 2].map(n => builtOf(deck, {
    flavour: 'stage',
    signal: new AbortController().signal,
    async build(_, { target }) {
      if (++building === 2)
        began.resolve()
      await began.promise
      await writeFile(join(target, 'index.html'), String(n))
      return []
    },
  }))) as KeptBuild[]
  expect(await Promise.all(both.map(pageOf))).toEqual(['1', '2'])
  for (const release of await Promise.all(both.map(useBuild)))
    await release()
  const later = await build('Two')
  expect(await readdir(join(dir, '.kamishibai/builds/deck'))).toHaveLength(2)
  expect(later.made).toBe(true)
})
