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
  const { favicon, fonts } = await configOf(file)
  const pictures = await remotePicturesOf(file)
  return [
    ...isRemote(favicon) ? [ICON] : [],
    ...fonts.provider !== 'none' && fonts.webfonts.length ? [`fonts (${fonts.webfonts.join(', ')})`] : [],
    ...pictures.length ? [pictures.length === 1 ? '1 picture' : `${pictures.length} pictures`] : [],
  ]
}

/** The addresses of the pictures that a deck (an absolute path) has from the internet. */
export async function remotePicturesOf(file: string): Promise<string[]> {
  const { data } = await loadDeck(file)
  const pictures = data.slides.flatMap(slide => extractImagesUsage(slide.content, slide.frontmatter))
  return [...new Set(pictures.filter(isRemote))]
}

async function configOf(file: string): Promise<ReturnType<typeof resolveConfig>> {
  const { data: { headmatter } } = await loadDeck(file)
  return resolveConfig(headmatter, themeMeta(dirname(file), headmatter.theme), file)
}

function isRemote(url: string | undefined): boolean {
  return /^(?:https?:)?\/\//.test(url ?? '')
}
