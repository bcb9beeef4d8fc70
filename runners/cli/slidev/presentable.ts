import type { Deck } from '../../deck/deck.ts'
import type { Problem } from '../../protocol/problem.ts'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findUp } from '../../deck/find-up.ts'
import { folderOf, packageRoot } from '../../deck/roots.ts'
import { readSources } from '../../deck/sources.ts'
import { decode } from '../../deck/text.ts'
import { StepError } from '../../protocol/error.ts'
import { pathOf } from '../io/tell.ts'

/** Mistakes with which Slidev shows another deck than the one that was written, or ends. */
const UNREADABLE = new Set(['encoding', 'empty-file', 'unclosed-frontmatter'])

/** Slidev's own themes. */
const OFFICIAL = new Set(['default', 'seriph', 'apple-basic', 'shibainu', 'bricks'])

/** Throws StepError for a deck that Slidev cannot read, or whose theme it does not find. */
export async function checkPresentable(deck: Deck): Promise<void> {
  const unreadable = unreadableIn(deck)
  const problem = unreadable ?? await themeProblem(deck)
  if (problem)
    throw new StepError(unreadable ? 'bad-deck' : 'not-available', `${pathOf(deck, problem.file)}:${problem.line} ${problem.message}`, problem.hint)
}

function unreadableIn(deck: Deck): Problem | undefined {
  return deck.problems.find(({ code, file }) => UNREADABLE.has(code) && file === basename(deck.file))
}

/** An error where Slidev is installed and the deck's theme is not; it would end without naming the deck. */
export async function themeProblem(deck: Deck): Promise<Problem | undefined> {
  const { look } = await readSources(deck.file)
  if (look === 'none' || unreadableIn(deck) || !findUp(deck.dir, join('node_modules', '@slidev', 'cli')))
    return undefined
  if (packageRoot('theme', look, deck.dir))
    return undefined
  const folder = folderOf(look, deck.dir)
  const lines = decode(readFileSync(deck.file)).text.split('\n')
  const line = lines.findIndex(text => /^theme\s*:/.test(text)) + 1
  const missing = OFFICIAL.has(look) ? `@slidev/theme-${look}` : look.startsWith('@') ? look : `slidev-theme-${look.replace(/^slidev-theme-/, '')}`
  return {
    severity: 'error',
    file: basename(deck.file),
    line: line || 1,
    column: 1,
    code: 'no-theme',
    message: folder ? `there is no folder ${look} for the theme` : `the theme ${missing} is not installed${line ? '' : ', and the headmatter names no other'}`,
    hint: `${folder ? '' : `npm i -D ${missing}, or `}theme: none in the headmatter.`,
  }
}
