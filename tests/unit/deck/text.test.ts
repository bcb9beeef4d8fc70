import type { Deck } from '../../../runners/deck/deck.ts'
import { Buffer } from 'node:buffer'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPresentable } from '../../../runners/cli/slidev/presentable.ts'
import { parseDeck } from '../../../runners/deck/parse.ts'

const DECK = '---\ntheme: none\n---\n\n# Dé jà\n\n```sh {run id=a}\ntrue\n```\n'
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()

let dir: string
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'kamishibai-text-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

async function parse(content: string | Buffer): Promise<Deck> {
  await writeFile(join(dir, 'deck.md'), content)
  return parseDeck(join(dir, 'deck.md'))
}

describe('a file that Slidev would read otherwise', () => {
  it.each([
    ['with a byte order mark', Buffer.from(`\uFEFF${DECK}`), 1, 1, 'begins with a byte order mark'],
    ['in UTF-16', Buffer.from(`\uFEFF${DECK}`, 'utf16le'), 1, 1, 'is UTF-16'],
    ['in UTF-16 of the other order', utf16be(`\uFEFF${DECK}`), 1, 1, 'is UTF-16'],
    ['in UTF-16 without a mark', Buffer.from(DECK, 'utf16le'), 1, 1, 'is UTF-16'],
    ['in Latin-1', Buffer.from(DECK, 'latin1'), 5, 4, 'is not UTF-8'],
  ])('%s is told with its place, once, and its steps are known all the same', async (_, content, line, column, message) => {
    const deck = await parse(content)
    expect(deck.problems).toEqual([expect.objectContaining({ severity: 'error', code: 'encoding', file: 'deck.md', line, column, message: expect.stringContaining(message) as string })])
    expect(deck.slides).toHaveLength(1)
    expect(deck.steps.map(step => step.id)).toEqual(['a'])
    await expect(checkPresentable(deck)).rejects.toMatchObject({ code: 'bad-deck', message: expect.stringContaining(`deck.md:${line} `) as string })
  })

  it('that is well is shown', async () => {
    const deck = await parse(DECK)
    expect(deck.problems).toEqual([])
    await expect(checkPresentable(deck)).resolves.toBeUndefined()
  })

  it.each([
    ['', 'empty-file', 1],
    ['\n  \n', 'empty-file', 1],
    ['---\ntheme: none\n\n# T\n', 'unclosed-frontmatter', 1],
    ['# T\n\n---\nlayout: two\n\n# U\n', 'unclosed-frontmatter', 3],
  ])('is one without an end: %j', async (content, code, line) => {
    const deck = await parse(content)
    expect(deck.problems).toEqual([expect.objectContaining({ severity: 'error', code, line })])
    await expect(checkPresentable(deck)).rejects.toMatchObject({ code: 'bad-deck' })
  })

  it.each([
    ['# T\n\n---\n# U\n\n---\n\n# V\n', [3]],
    ['# T\n\n---\n# U\n\nwords\n\n---\n\n# V\n', [3]],
    ['---\n# Comment\n---\n\n# T\n\n---\nlayout: two\n---\n\n# U\n\n---\n\n# V\n', []],
    ['# T\n\n---\n\n---\n\n# V\n', []],
  ])('is one whose slide stands right behind its dashes: %j', async (content, lines) => {
    expect((await parse(content)).problems.map(({ code, line }) => [code, line])).toEqual(lines.map(line => ['eaten-slide', line]))
  })

  it('is told where it is imported', async () => {
    await writeFile(join(dir, 'part.md'), `\uFEFF# P\n`)
    expect((await parse('# T\n\n---\nsrc: ./part.md\n---\n')).problems).toMatchObject([{ code: 'encoding', file: 'part.md' }])
  })
})
