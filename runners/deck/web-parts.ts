import { dirname } from 'node:path'
import { extractImagesUsage, resolveConfig } from '@slidev/parser/fs'
import { loadDeck } from './load.ts'
import { themeMeta } from './roots.ts'

/** What no page waits for. */
export const ICON = 'its icon'

/**
 * What the pages of a deck (an absolute path) get from the internet, in words; a page waits for its fonts before it
 * shows.
 */
export async function webPartsOf(file: string): Promise<string[]> {
  const dir = dirname(file)
  const { data } = await loadDeck(file)
  const { favicon, fonts } = resolveConfig(data.headmatter, themeMeta(dir, data.headmatter.theme), file)
  const pictures = new Set(
    data.slides.flatMap(slide => extractImagesUsage(slide.content, slide.frontmatter)).filter(isRemote),
  )
  return [
    ...isRemote(favicon) ? [ICON] : [],
    ...fonts.provider !== 'none' && fonts.webfonts.length ? [`fonts (${fonts.webfonts.join(', ')})`] : [],
    ...pictures.size ? [pictures.size === 1 ? '1 picture' : `${pictures.size} pictures`] : [],
  ]
}

function isRemote(url: string | undefined): boolean {
  return /^(?:https?:)?\/\//.test(url ?? '')
}
