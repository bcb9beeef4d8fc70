import { readFileSync } from 'node:fs'
import { parseSync, resolveConfig } from '@slidev/parser/fs'

const KINDS = ['sans', 'serif', 'mono', 'custom'] as const

/**
 * The font families that the headmatter of a deck (an absolute path) names and its pages do not fetch: the machine must
 * have them.
 */
export function namedFonts(file: string): string[] {
  const { slides } = parseSync(readFileSync(file, 'utf8'), file)
  const headmatter = slides[0]?.frontmatter ?? {}
  const { provider, local, webfonts } = resolveConfig(headmatter, {}, file).fonts
  const written = (headmatter.fonts ?? {}) as Partial<Record<typeof KINDS[number], string | string[]>>
  const families = KINDS.flatMap(kind => [written[kind] ?? []].flat().flatMap(list => list.split(','))).map(name => name.trim().replaceAll(/^["']|["']$/g, ''))
  return [...new Set(families)].filter(name => name && (provider === 'none' || local.includes(name) || !webfonts.includes(name)))
}
