import type { SourceSlideInfo } from '@slidev/types'
import type { Problem } from '../protocol/problem.ts'
import type { SlideText } from './slide-text.ts'
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { frontPlaceOf } from './front-place.ts'
import { placeOf, shownText } from './slide-text.ts'

/** Folders in which Slidev looks for pictures: the deck's, and those of its theme and addons. */
export interface PictureFolders { dir: string, roots: string[] }

/** `![…](path "title")` and `<img src="path">`; what is bound is known in the browser only. */
const RE_PICTURE = /!\[[^\]]*\]\(\s*(?:<([^>\n]+)>|([^\s)]+))|<img\b(?:"[^"]*"|'[^']*'|[^"'>])*?\ssrc=(?:"([^"]*)"|'([^']*)')/dgi
/** Addresses, and paths that are not written out. */
const RE_ELSEWHERE = /^[a-z][a-z\d+.-]*:|^\/\/|^#|^$|\{\{/i
/** Keys of a slide's frontmatter that name a picture; a background may be a colour as well. */
const KEYS = ['image', 'background', 'backgroundImage']
const RE_PICTURE_FILE = /^\/|\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp|tiff?)(?:[?#].*)?$/i

/** Warns of the pictures on a slide whose files are not there: they leave an empty place. */
export function checkPictures(slide: SlideText, folders: PictureFolders, problems: Problem[]): void {
  const text = shownText(slide)
  for (const { indices } of text.matchAll(RE_PICTURE)) {
    const [from, to] = indices!.slice(1).find(range => range !== undefined)!
    const path = text.slice(from, to)
    const places = RE_ELSEWHERE.test(path) ? [] : placesOf(path, slide.file, folders)
    if (places.length && !places.some(existsSync))
      problems.push({ severity: 'warning', file: slide.file, ...placeOf(slide, text, from), code: 'no-picture', message: `there is no picture ${path}`, hint: `It is looked for at ${relative(folders.dir, places[0]!)}.` })
  }
}

/**
 * Warns of the pictures in a slide's frontmatter whose files are not there. Slidev hands their paths to the browser
 * as they are, so that a built site has those of `public/` only.
 */
export function checkFrontPictures(source: SourceSlideInfo, folders: PictureFolders, problems: Problem[]): void {
  for (const key of KEYS) {
    const path: unknown = source.frontmatter[key]
    if (typeof path !== 'string' || RE_ELSEWHERE.test(path) || !RE_PICTURE_FILE.test(path) || path.includes('('))
      continue
    const places = /^@\//.test(path) ? [] : publicPlaces(nameOf(path).replace(/^\.?\//, ''), folders)
    if (places.some(existsSync))
      continue
    problems.push({
      severity: 'warning',
      file: relative(folders.dir, source.filepath),
      ...frontPlaceOf(source, key),
      code: 'no-picture',
      message: `there is no picture ${path} in public/`,
      hint: `Frontmatter names pictures by their path in public/: put it at public/${nameOf(path).replace(/^(?:[@.]?\/)+/, '')}.`,
    })
  }
}

/** Where Slidev looks for a picture of Markdown or HTML, which is bundled wherever it lies. */
function placesOf(path: string, file: string, folders: PictureFolders): string[] {
  const { dir } = folders
  const name = nameOf(path)
  if (name.startsWith('/'))
    return [...publicPlaces(name.slice(1), folders), join(dir, name)]
  if (name.startsWith('@/'))
    return [join(dir, name.slice(2))]
  const beside = resolve(dir, dirname(file), name)
  return name.startsWith('.') ? [beside] : [beside, join(dir, 'public', name)]
}

/** Where a path below the site's root lies: Slidev serves the public folders of theme and addons below `theme/`. */
function publicPlaces(name: string, { dir, roots }: PictureFolders): string[] {
  const [, own] = /^theme\/(.+)$/.exec(name) ?? []
  return [join(dir, 'public', name), ...own ? roots.map(root => join(root, 'public', own)) : []]
}

/** The path of a file without what an address may have behind it. */
function nameOf(path: string): string {
  const name = path.replace(/[?#].*$/, '')
  try {
    return decodeURI(name)
  }
  catch {
    return name
  }
}
