import type { Problem } from '../protocol/problem.ts'
import type { SlideText } from './slide-text.ts'
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { placeOf, shownText } from './slide-text.ts'

/** `![…](path "title")` and `<img src="path">`; what is bound is known in the browser only. */
const RE_PICTURE = /!\[[^\]]*\]\(\s*(?:<([^>\n]+)>|([^\s)]+))|<img\b(?:"[^"]*"|'[^']*'|[^"'>])*?\ssrc=(?:"([^"]*)"|'([^']*)')/dgi
/** Addresses, and paths that are not written out. */
const RE_ELSEWHERE = /^[a-z][a-z\d+.-]*:|^\/\/|^#|^$|\{\{/i

/** Warns of the pictures on a slide whose files are not there: they leave an empty place. */
export function checkPictures(slide: SlideText, dir: string, problems: Problem[]): void {
  const text = shownText(slide)
  for (const { indices } of text.matchAll(RE_PICTURE)) {
    const [from, to] = indices!.slice(1).find(range => range !== undefined)!
    const path = text.slice(from, to)
    const places = RE_ELSEWHERE.test(path) ? [] : placesOf(path, slide.file, dir)
    if (places.length && !places.some(existsSync))
      problems.push({ severity: 'warning', file: slide.file, ...placeOf(slide, text, from), code: 'no-picture', message: `there is no picture ${path}`, hint: `It is looked for at ${relative(dir, places[0]!)}.` })
  }
}

/** Where Slidev looks for a picture. */
function placesOf(path: string, file: string, dir: string): string[] {
  const name = decoded(path.replace(/[?#].*$/, ''))
  if (name.startsWith('/'))
    return [join(dir, 'public', name)]
  if (name.startsWith('@/'))
    return [join(dir, name.slice(2))]
  const beside = resolve(dir, dirname(file), name)
  return name.startsWith('.') ? [beside] : [beside, join(dir, 'public', name)]
}

function decoded(path: string): string {
  try {
    return decodeURI(path)
  }
  catch {
    return path
  }
}
