import type { GetFile, PublicFile } from './public-file.ts'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { getPublicFile } from './public-file.ts'

/** Where the files of others lie in a site. */
const FOLDER = 'from-the-internet'
const RE_TEXT = /\.(?:html|js|css)$/
/** Style sheets and icons that a page loads. */
const RE_LINK = /<link\s(?:[^>]*\s)?href="((?:https?:)?\/\/[^"]+)"[^>]*>/g
const RE_LOADED = /\brel="(?:stylesheet|icon|preload)"/
const RE_CSS_URL = /url\((["']?)((?:https?:)?\/\/[^"')]+)\1\)/g

/** What stands before the address of a file that is loaded: the same address in shown code stays. */
const LOADS = String.raw`(?:\b(?:src|href|image|background|backgroundImage|poster|favicon)["']?\s*[:=]\s*\\?["'\x60]|url\(\\?["']?)`

/** What Slidev preloads of a slide. */
const RE_PRELOADED = /\bimages:\[[^\]]*\]/g

const EXTENSIONS: Record<string, string> = {
  'image/svg+xml': '.svg',
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'image/avif': '.avif',
  'image/x-icon': '.ico',
  'font/woff2': '.woff2',
  'font/woff': '.woff',
  'font/ttf': '.ttf',
  'text/css': '.css',
}

/** What a site still loads from the internet, and why. */
export interface MissingFile { url: string, reason: string }

/**
 * Puts what the site in `dir` loads from the internet beside it: its fonts and icons, and the pictures of the deck.
 * The site is served at `/`. Resolves with what could not be had, which it goes on to load.
 */
export async function keepFiles(dir: string, pictures: string[], get: GetFile = getPublicFile): Promise<MissingFile[]> {
  const names = (await readdir(dir, { recursive: true })).filter(name => RE_TEXT.test(name))
  const texts = new Map(await Promise.all(names.map(async name => [name, await readFile(join(dir, name), 'utf8')] as const)))
  const links = [...texts].filter(([name]) => name.endsWith('.html')).flatMap(([, text]) => linksIn(text))
  const urls = [...new Set([...links, ...pictures])]
  const missing: MissingFile[] = []
  const paths = new Map<string, string>()
  await Promise.all(urls.map(async (url) => {
    try {
      paths.set(url, await keep(url))
    }
    catch (error) {
      missing.push({ url, reason: (error as Error).message })
    }
  }))
  await Promise.all([...texts].map(async ([name, text]) => {
    const changed = replaceAll(text, paths)
    if (changed !== text)
      await writeFile(join(dir, name), changed)
  }))
  return missing

  async function keep(url: string): Promise<string> {
    const file = await get(url.startsWith('//') ? `https:${url}` : url)
    const body = file.type.startsWith('text/css') ? await keepStyle(file, url) : file.body
    const name = `${createHash('sha256').update(body).digest('hex').slice(0, 16)}${extensionOf(file, url)}`
    await mkdir(join(dir, FOLDER), { recursive: true })
    await writeFile(join(dir, FOLDER, name), body)
    return `/${FOLDER}/${name}`
  }

  /** A style sheet names its fonts; a provider's has one for each range of letters. */
  async function keepStyle({ body }: PublicFile, from: string): Promise<string> {
    const text = body.toString()
    const fonts = [...new Set([...text.matchAll(RE_CSS_URL)].map(match => match[2]!))]
    const kept = new Map(await Promise.all(fonts.map(async font => [font, await keep(new URL(font, from).href)] as const)))
    return replaceAll(text, kept)
  }
}

function linksIn(html: string): string[] {
  return [...html.matchAll(RE_LINK)]
    .filter(([link]) => RE_LOADED.test(link))
    .map(([, url]) => url!.replaceAll('&amp;', '&'))
}

function replaceAll(text: string, paths: Map<string, string>): string {
  const preloading = text.replaceAll(RE_PRELOADED, list =>
    [...paths].sort(([a], [b]) => b.length - a.length).reduce((now, [url, path]) => now.replaceAll(url, path), list))
  return [...paths].reduce((changed, [url, path]) => {
    const spellings = [url, url.replaceAll('&', '&amp;')].map(spelling => spelling.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
    return changed.replaceAll(new RegExp(`(${LOADS})(?:${spellings.join('|')})(?=[\\\\"'\x60)])`, 'g'), (_, before: string) => before + path)
  }, preloading)
}

function extensionOf({ type }: PublicFile, url: string): string {
  return EXTENSIONS[type.split(';')[0]!.trim()] ?? (/^\.\w{1,5}$/.exec(extname(new URL(url, 'https://x').pathname))?.[0] ?? '')
}
