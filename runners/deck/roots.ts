import type { SlidevThemeMeta } from '@slidev/types'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { findUp } from './find-up.ts'

/** The folder of a theme or an addon, by Slidev's rules; undefined where it is not found. */
export function packageRoot(kind: 'theme' | 'addon', name: string, dir: string): string | undefined {
  const folder = folderOf(name, dir)
  if (folder)
    return existsSync(folder) ? folder : undefined
  const names = name.startsWith('@') ? [name] : [`@slidev/${kind}-${name}`, `slidev-${kind}-${name}`, name]
  const manifest = names
    .map(own => findUp(dir, join('node_modules', own, 'package.json')))
    .find(path => path !== undefined)
  return manifest && dirname(manifest)
}

/** The folder that a name of a theme or an addon is the path of; undefined where it names a package. */
export function folderOf(name: string, dir: string): string | undefined {
  if (name.startsWith('@/'))
    return join(dir, name.slice(2))
  return /^[./]/.test(name) || (!name.startsWith('@') && name.includes('/')) ? resolve(dir, name) : undefined
}

/** The folders of a deck's theme and addons; `complete` is false where one of them is not found. */
export interface Roots { folders: string[], complete: boolean }

/** Finds the folders that Slidev reads beside the deck's own, `dir`. */
export function rootsOf(dir: string, { theme, addons }: { theme?: unknown, addons?: unknown }): Roots {
  const roots: Roots = { folders: [], complete: true }
  const seen = new Set<string>()
  const add = (kind: 'theme' | 'addon', name: string, from: string): void => {
    const folder = packageRoot(kind, name, from)
    if (!folder) {
      roots.complete = false
      return
    }
    if (seen.has(folder))
      return
    seen.add(folder)
    roots.folders.push(folder)
    if (kind === 'addon')
      listOf(slidevOf(folder).addons).forEach(own => add('addon', own, folder))
  }
  const look = theme === null ? 'none' : String(theme || 'default')
  if (look !== 'none')
    add('theme', look, dir)
  const own = [...listOf(addons), ...listOf(slidevOf(dir).addons)]
  own.forEach(name => add('addon', name, dir))
  return roots
}

/** Reads what a theme's package.json says of the theme; empty where the theme is not found. */
export function themeMeta(dir: string, theme: unknown = 'default'): SlidevThemeMeta {
  const folder = theme === 'none' ? undefined : packageRoot('theme', String(theme), dir)
  return folder ? slidevOf(folder) : {}
}

/** What a folder's package.json tells Slidev; nothing where it is missing or broken. */
function slidevOf(folder: string): SlidevThemeMeta & { addons?: unknown } {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { slidev?: SlidevThemeMeta }).slidev ?? {}
  }
  catch {
    return {}
  }
}

function listOf(names: unknown): string[] {
  return Array.isArray(names) ? names.map(String) : []
}
