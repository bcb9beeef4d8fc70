import { dirname, relative } from 'node:path'
import { findUp } from './find-up.ts'
import { loadDeck } from './load.ts'

/** What Slidev reads for a deck beside the files below its folder. */
export interface Sources {
  /** The deck's Markdown files, relative to its folder; imported ones may lie outside. */
  markdown: string[]
  /** Those among them with a `<script>`: it runs in every viewer's browser. */
  scripts: string[]
  /** Packages and folders whose `setup/`, `components/` and `layouts/` Slidev loads, as the headmatter names them. */
  addons: string[]
  theme?: string
  /** The theme that Slidev takes, its own where the deck names none. */
  look: string
  /** The nearest package.json at or above the deck's folder, absolute. */
  manifest?: string
}

/** Reads which files and packages a deck (an absolute path) consists of. */
export async function readSources(file: string): Promise<Sources> {
  const dir = dirname(file)
  const manifest = findUp(dir, 'package.json')
  const { data } = await loadDeck(file)
  const { addons, theme } = data.headmatter as { addons?: unknown, theme?: unknown }
  const markdown = Object.entries(data.markdownFiles)
  const names = (entries: typeof markdown): string[] => entries.map(([path]) => relative(dir, path)).sort()
  return {
    markdown: names(markdown),
    scripts: names(markdown.filter(([, { raw }]) => /<script\b/i.test(raw))),
    addons: Array.isArray(addons) ? addons.map(String) : [],
    theme: typeof theme === 'string' && theme !== 'none' ? theme : undefined,
    look: theme === null ? 'none' : typeof theme === 'string' && theme ? theme : 'default',
    manifest,
  }
}
