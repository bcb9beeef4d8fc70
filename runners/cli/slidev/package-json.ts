import type { Deck } from '../../deck/deck.ts'
import type { Problem } from '../../protocol/problem.ts'
import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { findUp } from '../../deck/find-up.ts'
import { readSources } from '../../deck/sources.ts'
import { StepError } from '../../protocol/error.ts'

/** The folder of this package, wherever it is installed. */
export const OWN_ROOT = resolve(import.meta.dirname, '../../..')

/** Whether this package is its repository's working tree, and no installed copy. */
export const isCheckout = !OWN_ROOT.split(sep).includes('node_modules')

/** What we read and write of a package.json. */
export interface Manifest {
  name?: string
  private?: boolean
  type?: string
  version?: string
  overrides?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  slidev?: { addons?: unknown }
  scripts?: Record<string, string>
  allowScripts?: Record<string, boolean>
}

/** A package.json; undefined where there is none. Throws StepError `bad-file` where it cannot be read. */
export function readManifest(path: string): Manifest | undefined {
  if (!existsSync(path))
    return undefined
  const text = readFileSync(path, 'utf8')
  try {
    const manifest: unknown = JSON.parse(text)
    if (!manifest || typeof manifest !== 'object' || Array.isArray(manifest))
      throw new SyntaxError('it is no object')
    return manifest
  }
  catch (error) {
    throw new StepError('bad-file', `${path} is no package.json: ${(error as Error).message}`, 'Mend it first.', { cause: error })
  }
}

/** What the headmatter of a deck in the folder `dir` calls this addon. */
export function addonName(dir: string): string {
  const up = relative(dir, OWN_ROOT)
  return isCheckout && /^\.\.(?:[\\/]\.\.)*$/.test(up) ? `@/${up.replaceAll('\\', '/')}` : 'kamishibai'
}

/** Throws StepError `not-available` for a deck that lies where Slidev and its packages are not found. */
export function checkProject(deck: Deck): void {
  if (['.pnp.cjs', join('node_modules', '@slidev', 'cli')].some(name => findUp(deck.dir, name)))
    return
  const there = isCheckout ? `, or put it into ${relative('.', join(OWN_ROOT, 'slides')) || '.'}` : ''
  throw new StepError('missing-tool', `${deck.file} lies in no project in which Slidev is installed`, `A project for it: kamishibai init FOLDER${there}.`)
}

/** A warning where a deck has steps, and nothing that it names as an addon makes slides of them. */
export async function addonProblem(deck: Deck): Promise<Problem | undefined> {
  const { addons, manifest } = await readSources(deck.file)
  const own = manifest ? readManifest(manifest)?.slidev?.addons : undefined
  const named = [...addons, ...Array.isArray(own) ? own.map(String) : []]
  if (!deck.steps.length || named.some(name => mayBeUs(name, deck.dir)))
    return undefined
  return {
    severity: 'warning',
    file: relative(deck.dir, deck.file),
    line: 1,
    column: 1,
    code: 'no-addon',
    message: 'the headmatter does not name this addon: its steps are shown as plain code',
    hint: `Add to the headmatter: addons: ['${addonName(deck.dir)}']`,
  }
}

/** A package may bring others; a folder is what it is. */
function mayBeUs(addon: string, deckDir: string): boolean {
  const folder = addon.startsWith('@/') ? join(deckDir, addon.slice(2)) : /^\.{0,2}\//.test(addon) ? resolve(deckDir, addon) : undefined
  return !folder || readManifest(join(folder, 'package.json'))?.name === 'slidev-addon-kamishibai'
}
