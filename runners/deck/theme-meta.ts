import type { SlidevThemeMeta } from '@slidev/types'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findUp } from './find-up.ts'

/** Reads what a theme's package.json says of the theme; empty where the theme is not found. */
export function themeMeta(dir: string, theme: unknown = 'default'): SlidevThemeMeta {
  const manifest = manifestOf(dir, String(theme))
  return manifest ? (JSON.parse(readFileSync(manifest, 'utf8')) as { slidev?: SlidevThemeMeta }).slidev ?? {} : {}
}

function manifestOf(dir: string, theme: string): string | undefined {
  if (theme === 'none')
    return undefined
  const folder = theme.startsWith('@/') ? join(dir, theme.slice(2)) : /^[./]/.test(theme) ? resolve(dir, theme) : undefined
  if (folder)
    return existsSync(join(folder, 'package.json')) ? join(folder, 'package.json') : undefined
  return [`@slidev/theme-${theme}`, `slidev-theme-${theme}`, theme]
    .map(name => findUp(dir, join('node_modules', name, 'package.json')))
    .find(manifest => manifest !== undefined)
}
