import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { load } from '@slidev/parser/fs'

/** What Slidev reads for a deck beside the files below its folder. */
export interface Sources {
  /** The deck's Markdown files, relative to its folder; imported ones may lie outside. */
  markdown: string[]
  /** Those among them with a `<script>`: it runs in every viewer's browser. */
  scripts: string[]
  /** Packages and folders whose `setup/`, `components/` and `layouts/` Slidev loads, as the headmatter names them. */
  addons: string[]
  theme?: string
  /** The nearest package.json at or above the deck's folder, absolute. */
  manifest?: string
}

/** Reads which files and packages a deck (an absolute path) consists of. */
export async function readSources(file: string): Promise<Sources> {
  const dir = dirname(file)
  const manifest = findUp(dir, 'package.json')
  const data = await load({ userRoot: dir, roots: [dir], allowedRoots: [manifest ? dirname(manifest) : dir] }, file)
  const { addons, theme } = data.headmatter as { addons?: unknown, theme?: unknown }
  const markdown = Object.entries(data.markdownFiles)
  const names = (entries: typeof markdown): string[] => entries.map(([path]) => relative(dir, path)).sort()
  return {
    markdown: names(markdown),
    scripts: names(markdown.filter(([, { raw }]) => /<script\b/i.test(raw))),
    addons: Array.isArray(addons) ? addons.map(String) : [],
    theme: typeof theme === 'string' && theme !== 'none' ? theme : undefined,
    manifest,
  }
}

/** The nearest `name` in `from` or a folder above it. */
export function findUp(from: string, name: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    if (existsSync(join(at, name)))
      return join(at, name)
    if (dirname(at) === at)
      return undefined
  }
}
