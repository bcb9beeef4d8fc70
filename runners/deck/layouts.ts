import type { SourceSlideInfo } from '@slidev/types'
import type { Problem } from '../protocol/problem.ts'
import { readdirSync } from 'node:fs'
import { join, parse, relative } from 'node:path'
import { suggestion } from '../protocol/suggest.ts'
import { findUp } from './find-up.ts'
import { frontPlaceOf } from './front-place.ts'

const RE_LAYOUT = /^[^.].*\.(?:vue|m?[jt]s)$/

/**
 * The layouts that the slides of a deck in the folder `dir` may name: Slidev's, those of `roots`, and the deck's.
 * Undefined where Slidev is not installed.
 */
export function layoutsOf(dir: string, roots: string[]): Set<string> | undefined {
  const client = findUp(dir, join('node_modules', '@slidev', 'client', 'layouts'))
  const folders = [...roots, dir].map(root => join(root, 'layouts'))
  return client === undefined ? undefined : new Set([client, ...folders].flatMap(namesIn))
}

function namesIn(folder: string): string[] {
  try {
    const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    return files.filter(file => !file.isDirectory() && RE_LAYOUT.test(file.name)).map(({ name }) => parse(name).name)
  }
  catch {
    return []
  }
}

/** Warns where the layout of a slide is none: Slidev takes its default one and tells nobody but the terminal. */
export function checkLayout(source: SourceSlideInfo, layouts: Set<string>, dir: string, problems: Problem[]): void {
  const { layout, defaults } = source.frontmatter as { layout?: unknown, defaults?: { layout?: unknown } }
  const isHead = source.start === 0 && source.index === 0
  for (const [key, name] of [['layout', layout], ['defaults', isHead ? defaults?.layout : undefined]] as const) {
    if (typeof name !== 'string' || !name || layouts.has(name))
      continue
    problems.push({
      severity: 'warning',
      file: relative(dir, source.filepath),
      ...frontPlaceOf(source, key),
      code: 'unknown-layout',
      message: `there is no layout ${name}: the slide gets Slidev's default`,
      hint: suggestion(name, [...layouts].sort()),
    })
  }
}
