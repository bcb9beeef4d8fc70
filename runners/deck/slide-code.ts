import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { babelParse, compileStyle } from 'vue/compiler-sfc'
import { findUp } from './find-up.ts'

/** A mistake in the code of a slide, and where it stands in the text that was looked at. */
export interface CodeMistake { message: string, offset: number, hint: string }

/** What `<style lang="…">` needs, in the order in which Vite looks for it. */
const PREPROCESSORS: Record<string, string[]> = {
  scss: ['sass-embedded', 'sass'],
  sass: ['sass-embedded', 'sass'],
  less: ['less'],
  styl: ['stylus'],
  stylus: ['stylus'],
}
const RE_STYLE = /<style\b([^>]*)>([^<]*)<\/style>/g
/** A package, perhaps with a path in it; what has another form is an alias or the browser's. */
const RE_PACKAGE = /^(?:@[\w.-]+\/)?\w[\w.-]*(?=\/|$)/
/** What Vite appends to a path. */
const ENDINGS = ['', '.ts', '.js', '.mjs', '.mts', '.tsx', '.jsx', '.json', '.d.ts', '/index.ts', '/index.js']
/** Packages that Slidev itself gives to a deck. */
const GIVEN = new Set(['vue', '@slidev/client'])

/** The first `<style>` in `html` that is no CSS, or whose preprocessor the deck in `dir` does not have. */
export function styleMistake(html: string, dir: string): CodeMistake | undefined {
  for (const { 0: whole, 1: attributes = '', 2: css = '', index } of html.matchAll(RE_STYLE)) {
    const offset = index + whole.indexOf('>') + 1
    const lang = /\blang=["']?(\w+)/.exec(attributes)?.[1] ?? 'css'
    const preprocessors = PREPROCESSORS[lang]
    if (preprocessors && !preprocessors.some(name => isInstalled(name, dir)))
      return { message: `<style lang="${lang}"> needs ${preprocessors.at(-1)}, which is not installed`, offset: index, hint: `npm i -D ${preprocessors.at(-1)}` }
    const error = preprocessors || lang === 'postcss' ? undefined : cssMistake(css)
    if (error)
      return { ...error, offset: offset + error.offset }
  }
  return undefined
}

function cssMistake(source: string): CodeMistake | undefined {
  const [error] = compileStyle({ source, filename: 'slide.vue', id: 'data-v-slide', scoped: true }).errors as (Error & { reason?: string, line?: number })[]
  if (!error)
    return undefined
  const before = source.split('\n').slice(0, (error.line ?? 1) - 1)
  return {
    message: `<style> is no CSS: ${error.reason ?? error.message}`,
    offset: before.join('\n').length + Math.min(1, before.length),
    hint: 'Close each brace, and end each declaration with a semicolon.',
  }
}

/** The first import of `script` that leads nowhere; it belongs to a slide in `folder`, of the deck in `dir`. */
export function importMistake(script: string, folder: string, dir: string): CodeMistake | undefined {
  const { program } = babelParse(script, { sourceType: 'module', plugins: ['typescript', 'jsx'] })
  for (const statement of program.body) {
    const from = 'source' in statement ? statement.source : undefined
    const isType = statement.type === 'ImportDeclaration' && statement.importKind === 'type'
    if (!from || isType || isThere(from.value, folder, dir))
      continue
    return {
      message: `there is no ${from.value} to import`,
      offset: statement.start ?? 0,
      hint: from.value.startsWith('.') ? 'Paths begin at the file of the slide.' : `npm i -D ${RE_PACKAGE.exec(from.value)![0]}`,
    }
  }
  return undefined
}

function isThere(path: string, folder: string, dir: string): boolean {
  const name = path.replace(/[?#].*$/, '')
  if (/^\.\.?(?:\/|$)/.test(name))
    return ENDINGS.some(ending => isFile(resolve(folder, name + ending)))
  const [pack] = RE_PACKAGE.exec(name) ?? []
  return !pack || GIVEN.has(pack) || isInstalled(pack, folder) || isInstalled(pack, dir)
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}

/** Whether a package is installed for a deck in `dir`; of a deck without Slidev nobody knows. */
function isInstalled(name: string, dir: string): boolean {
  return !findUp(dir, join('node_modules', '@slidev', 'cli')) || !!findUp(dir, join('node_modules', name))
}
