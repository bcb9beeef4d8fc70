import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addonName, addonProblem, checkProject } from '../../../../runners/cli/slidev/package-json.ts'
import { checkPresentable, themeProblem } from '../../../../runners/cli/slidev/presentable.ts'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { kamishibai, ROOT } from '../../../_cli.ts'

let dir: string
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'kamishibai-project-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

const STEP = '# T\n\n```sh {run id=a}\ntrue\n```\n'

async function deckOf(headmatter: string, manifest?: object): Promise<string> {
  const folder = await mkdtemp(join(dir, 'deck-'))
  if (manifest)
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'deck.md'), `---\n${headmatter}\n---\n\n${STEP}`)
  return join(folder, 'deck.md')
}

describe('a deck that does not name the addon', () => {
  it('is told so', async () => {
    expect(await addonProblem(await parseDeck(await deckOf('title: T')))).toMatchObject({ severity: 'warning', code: 'no-addon', line: 1, hint: 'Add to the headmatter: addons: [\'kamishibai\']' })
    const { code, out } = await kamishibai('check', await deckOf('title: T'), '--mode', 'live', '--trust')
    expect(out).toContain('its steps are shown as plain code')
    expect(code).toBe(0)
  })

  it.each([
    ['addons: [kamishibai]'],
    ['addons: [\'slidev-addon-kamishibai\']'],
    ['addons: [something-that-may-bring-it]'],
  ])('is another than one with %s', async (headmatter) => {
    expect(await addonProblem(await parseDeck(await deckOf(headmatter)))).toBeUndefined()
  })

  it('may leave it to its package.json, and a folder is looked at', async () => {
    expect(await addonProblem(await parseDeck(await deckOf('title: T', { slidev: { addons: ['kamishibai'] } })))).toBeUndefined()
    expect(await addonProblem(await parseDeck(await deckOf(`addons: ['@/none']`)))).toBeDefined()
    expect(await addonProblem(await parseDeck(join(ROOT, 'slides/tour.md')))).toBeUndefined()
  })
})

it('is called by its folder in its own repository, by its name elsewhere', () => {
  expect(addonName(join(ROOT, 'slides'))).toBe('@/..')
  expect(addonName(join(ROOT, 'tests/fixtures/decks'))).toBe('@/../../..')
  expect(addonName(dir)).toBe('kamishibai')
})

describe('a theme that is not installed', () => {
  /** A project with Slidev, and `slidev-theme-theirs`. */
  async function projectOf(text: string): Promise<string> {
    const folder = await mkdtemp(join(dir, 'theme-'))
    for (const name of ['@slidev/cli', 'slidev-theme-theirs']) {
      await mkdir(join(folder, 'node_modules', name), { recursive: true })
      await writeFile(join(folder, 'node_modules', name, 'package.json'), '{}')
    }
    await writeFile(join(folder, 'deck.md'), text)
    return join(folder, 'deck.md')
  }

  it.each([
    ['# T\n', 1, '@slidev/theme-default'],
    ['---\ntitle: T\ntheme: seriph\n---\n', 3, '@slidev/theme-seriph'],
    ['---\ntheme: ours\n---\n', 2, 'slidev-theme-ours'],
    ['---\ntheme: "@ours/theme"\n---\n', 2, '@ours/theme'],
  ])('is told with its place and the remedy: %j', async (text, line, name) => {
    const file = await projectOf(text)
    expect(await themeProblem(await parseDeck(file))).toMatchObject({ severity: 'error', code: 'no-theme', file: 'deck.md', line, hint: `npm i -D ${name}, or theme: none in the headmatter.` })
    await expect(checkPresentable(await parseDeck(file))).rejects.toMatchObject({ code: 'not-available', message: expect.stringContaining(`deck.md:${line} the theme ${name}`) as string })
    for (const command of ['check', 'doctor']) {
      const { code, out } = await kamishibai(command, file)
      expect(out).toContain(`the theme ${name} is not installed`)
      expect(code).toBe(1)
    }
  })

  it('is told where it is a folder', async () => {
    expect(await themeProblem(await parseDeck(await projectOf('---\ntheme: ./look\n---\n')))).toMatchObject({ line: 2, message: 'there is no folder ./look for the theme' })
  })

  it.each(['none', 'theirs', 'slidev-theme-theirs', './node_modules/slidev-theme-theirs', '@/node_modules/slidev-theme-theirs', 'null'])('is another than %s', async (theme) => {
    expect(await themeProblem(await parseDeck(await projectOf(`---\ntheme: '${theme}'\n---\n`.replace('\'null\'', 'null'))))).toBeUndefined()
  })
})

describe('a deck outside any project', () => {
  it('is told where it belongs, before Slidev is started', async () => {
    const deck = await deckOf('addons: [kamishibai]')
    for (const command of ['present', 'export', 'build']) {
      const { code, err } = await kamishibai(command, deck)
      expect(err).toContain('lies in no project in which Slidev is installed. A project for it: kamishibai init FOLDER')
      expect(err).not.toContain('node_modules')
      expect(code).toBe(1)
    }
  })

  it('belongs where Slidev is above it', async () => {
    const deck = await parseDeck(await deckOf('addons: [kamishibai]'))
    await mkdir(join(deck.dir, 'node_modules/@slidev/cli'), { recursive: true })
    expect(() => checkProject(deck)).not.toThrow()
    expect(relative(ROOT, deck.dir)).toMatch(/^\.\./)
  })
})
