import type { SlidevThemeMeta } from '@slidev/types'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { extractImagesUsage, resolveConfig } from '@slidev/parser/fs'
import { findUp } from './find-up.ts'
import { loadDeck } from './load.ts'

/** What no page waits for. */
export const ICON = 'its icon'

/** What the pages of a deck (an absolute path) get from the internet, in words; a page waits for its fonts before it shows. */
export async function webPartsOf(file: string): Promise<string[]> {
  const dir = dirname(file)
  const { data } = await loadDeck(file)
  const { favicon, fonts } = resolveConfig(data.headmatter, themeMeta(dir, data.headmatter.theme), file)
  const pictures = new Set(data.slides.flatMap(slide => extractImagesUsage(slide.content, slide.frontmatter)).filter(isRemote))
  return [
    ...isRemote(favicon) ? [ICON] : [],
    ...fonts.provider !== 'none' && fonts.webfonts.length ? [`fonts (${fonts.webfonts.join(', ')})`] : [],
    ...pictures.size ? [pictures.size === 1 ? '1 picture' : `${pictures.size} pictures`] : [],
  ]
}

function isRemote(url: string | undefined): boolean {
  return /^(?:https?:)?\/\//.test(url ?? '')
}

/** What a theme says of itself; empty where it is not found. */
function themeMeta(dir: string, theme: unknown = 'default'): SlidevThemeMeta {
  for (const name of theme === 'none' ? [] : [`@slidev/theme-${theme}`, `slidev-theme-${theme}`, String(theme)]) {
    const manifest = findUp(dir, join('node_modules', name, 'package.json'))
    if (manifest)
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { slidev?: SlidevThemeMeta }).slidev ?? {}
  }
  return {}
}
