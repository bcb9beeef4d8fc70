import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { slidesWith } from '../../../runners/cli/io/tell-mistakes.ts'
import { parseDeck } from '../../../runners/deck/parse.ts'
import { templateProblems } from '../../../runners/deck/templates.ts'
import { compileSlides } from '../../_slides.ts'
import { generateDeck } from './_generated-decks.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-generated-'))
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
  await mkdir(join(dir, 'theme'))
  await writeFile(join(dir, 'theme/package.json'), '{ "name": "slidev-theme-own", "slidev": { "defaults": { "comark": true } } }')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** What a headmatter may switch on, a deck each. */
const HEADMATTERS = [
  'theme: none\nlineNumbers: true',
  'theme: none\ncomark: true',
  'theme: none\nmdc: true\nlineNumbers: true',
  'theme: ./theme\nlineNumbers: true',
  'theme: none\nconfig:\n  comark: true\ncodeCopy: false',
]

it.each(HEADMATTERS.map((headmatter, i) => [i, headmatter] as const))('deck %i: the steps that check finds are those on the slides', { timeout: 120_000 }, async (seed, headmatter) => {
  const { files, forms } = generateDeck(seed, { slides: 100, headmatter: `${headmatter}\naddons: ['${ROOT}']\nfavicon: ''\nmcp: false\nfonts: {provider: none}` })
  for (const [name, text] of Object.entries(files))
    await writeFile(join(dir, name), text)
  const deck = await parseDeck(join(dir, `deck-${seed}.md`))
  expect(deck.slides).toHaveLength(100)
  const compiled = await compileSlides(deck.file)
  const broken = slidesWith(deck, [
    ...await templateProblems(deck.file),
    // The import of a file that is not there takes its slide, with a step or without.
    ...deck.problems.filter(({ code }) => code === 'no-file'),
  ])
  const found = deck.slides.map(({ no, fences }) => ({
    slide: `${no} ${forms[no - 1]}`,
    ids: broken.includes(no) ? [] : fences.flatMap(({ stepId }) => stepId ?? []),
    mistakes: broken.includes(no) ? 1 : fences.filter(({ stepId }) => !stepId).length,
  }))
  const shown = deck.slides.map(({ no }) => {
    const code = compiled.get(no)!
    return {
      slide: `${no} ${forms[no - 1]}`,
      ids: [...code.matchAll(/_component_LiveStep, \{\s*(?:key: \d+,\s*)?id: "([\w-]+)"/g)].map(([, id]) => id!),
      mistakes: [...code.matchAll(/problems: \[/g)].length,
    }
  })
  expect(shown).toEqual(found)
  expect(deck.steps.length).toBeGreaterThan(75)
})
