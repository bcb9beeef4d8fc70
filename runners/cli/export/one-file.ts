import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, resolve, sep } from 'node:path'

const TYPES: Record<string, string> = {
  '.avif': 'image/avif',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.otf': 'font/otf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.webm': 'video/webm',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

/** The page of a site that was built in `dir` with one script and one style sheet, with all that it uses within it. */
export async function toOneFile(dir: string): Promise<string> {
  const html = await readFile(join(dir, 'index.html'), 'utf8')
  const parts: Part[] = []
  const text = await replaceAsync(html, /<script\b[^>]*\ssrc="(\.\/[^"]+)"[^>]*><\/script>/g, async ([, path]) => hold(parts, await inlineScript(dir, path!)))
  const page = await replaceAsync(text, /<link\b[^>]*\srel="stylesheet"[^>]*\shref="(\.\/[^"]+)"[^>]*>/g, async ([, path]) => hold(parts, await inlineStyle(dir, path!, html + parts.map(part => part.text).join(''))))
  const linked = await replaceAsync(page, /(\s(?:href|src|content)=")(\.?\/[^"/][^"]*)"/g, async ([whole, head, path]) => {
    const url = await dataUrl(resolve(dir, `.${sep}${path}`))
    return url ? `${head}${url}"` : whole
  })
  return parts.reduce((result, { mark, text: part }) => result.replace(mark, () => part), linked)
}

/** What goes into the page last, so that nothing in it is taken for a part of the page. */
interface Part { mark: string, text: string }

function hold(parts: Part[], text: string): string {
  const mark = `<!--part ${parts.length}-->`
  parts.push({ mark, text })
  return mark
}

async function inlineScript(dir: string, path: string): Promise<string> {
  const file = join(dir, path)
  const script = await replaceAsync(await readFile(file, 'utf8'), /new URL\((["'`])([^"'`]+)\1,\s*import\.meta\.url\)(\.href)?/g, async ([whole, , name, href]) => {
    const url = await dataUrl(resolve(file, '..', name!))
    return !url ? whole : href ? JSON.stringify(url) : `new URL(${JSON.stringify(url)})`
  })
  // Neither may stand in a script of a page; both mean the same in strings and regular expressions.
  return `<script type="module">${(await inlinePublic(dir, script)).replaceAll(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '\\x3C!--')}</script>`
}

/** Files of `public/` are named by their paths from the site's root. */
async function inlinePublic(dir: string, script: string): Promise<string> {
  const names = (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile() && TYPES[extname(entry.name)])
    .map(entry => relative(dir, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
  let result = script
  for (const name of names.filter(name => script.includes(`/${name}`))) {
    const url = await dataUrl(join(dir, name))
    for (const quote of ['"', '\'', '`']) {
      for (const path of [`/${name}`, `./${name}`])
        result = result.replaceAll(`${quote}${path}${quote}`, () => JSON.stringify(url))
    }
  }
  return result
}

/** `text` is all that the fonts must have characters for. */
async function inlineStyle(dir: string, path: string, text: string): Promise<string> {
  const file = join(dir, path)
  const css = await replaceAsync(onlyNeededFonts(await readFile(file, 'utf8'), text), /url\((["']?)([^"')]+)\1\)/g, async ([whole, , name]) => {
    const url = await dataUrl(resolve(name!.startsWith('/') ? dir : join(file, '..'), `.${sep}${name!.replace(/[?#].*/, '')}`))
    return url ? `url("${url}")` : whole
  })
  return `<style>${css.replaceAll(/<\/(style)/gi, '<\\/$1')}</style>`
}

/** A file as an address that holds it; undefined where there is none, or nobody knows what it is. */
async function dataUrl(file: string): Promise<string | undefined> {
  const type = TYPES[extname(file).toLowerCase()]
  return type && existsSync(file) ? `data:${type};base64,${await readFile(file, 'base64')}` : undefined
}

async function replaceAsync(
  text: string,
  pattern: RegExp,
  replace: (match: RegExpExecArray) => Promise<string>,
): Promise<string> {
  const parts: string[] = []
  let at = 0
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(at, match.index), await replace(match))
    at = match.index + match[0].length
  }
  return [...parts, text.slice(at)].join('')
}

const RE_FACE = /@font-face\s*\{[^}]*\}/g
const RE_RANGES = /unicode-range:([^;}]+)/

/**
 * Leaves out of a style sheet the parts of fonts that have none of the characters of `text`, and all but the first
 * format of the others.
 */
export function onlyNeededFonts(css: string, text: string): string {
  const points = [...new Set(text)].map(char => char.codePointAt(0)!)
  return css.replaceAll(RE_FACE, (face) => {
    const ranges = RE_RANGES.exec(face)?.[1]!.split(',').map(toRange)
    return ranges && !points.some(point => ranges.some(([from, to]) => point >= from && point <= to)) ? '' : face.replace(/(src:\s*url\([^)]*\)[^,;}]*),[^;}]*/, '$1')
  })
}

/** `U+26`, `U+0-7F` or `U+4??`; source: CSS Fonts 4, `unicode-range`. */
function toRange(text: string): [from: number, to: number] {
  const [from = '', to = from] = text.trim().replace(/^U\+/i, '').split('-')
  return [Number.parseInt(from.replaceAll('?', '0'), 16), Number.parseInt(to.replaceAll('?', 'F'), 16)]
}
