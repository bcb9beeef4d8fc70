import type { GetFile } from '../../../../runners/service/offline/public-file.ts'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keepFiles } from '../../../../runners/service/offline/site-files.ts'

const FONTS = 'https://fonts.test/css2?family=Noto+Sans:wght@200&family=Fira'
const INTERNET: Record<string, [type: string, body: string]> = {
  [FONTS]: ['text/css; charset=utf-8', '@font-face{src:url(https://files.test/a.woff2) format("woff2")}'],
  'https://files.test/a.woff2': ['font/woff2', 'font'],
  'https://pictures.test/one.png': ['image/png', 'one'],
  'https://pictures.test/one.png?large': ['image/png', 'large'],
  'https://cdn.test/icon.png': ['image/png', 'icon'],
}

const get: GetFile = async (url) => {
  const [type, body] = INTERNET[url] ?? []
  if (!type)
    throw new Error('there is no network')
  return { type, body: Buffer.from(body!) }
}

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-offline-'))
  await mkdir(join(dir, 'assets'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const read = (name: string): Promise<string> => readFile(join(dir, name), 'utf8')

it('puts fonts, icons and pictures beside the pages', async () => {
  await writeFile(join(dir, 'index.html'), `<link rel="icon" href="https://cdn.test/icon.png"><link href="${FONTS.replaceAll('&', '&amp;')}" type="text/css" rel="stylesheet"><a href="https://pictures.test/">all</a>`)
  await writeFile(join(dir, 'assets/slide.js'), 'f("img",{src:"https://pictures.test/one.png"});g({background:`https://pictures.test/one.png?large`});h("<img src=\\"https://pictures.test/one.png\\">");j({images:[`https://pictures.test/one.png`,`https://pictures.test/one.png?large`],raw:``});i({style:{backgroundImage:"url(https://pictures.test/one.png)"}})')
  expect(await keepFiles(dir, ['https://pictures.test/one.png', 'https://pictures.test/one.png?large'], get)).toEqual([])
  const files = await readdir(join(dir, 'from-the-internet'))
  expect(files.map(name => name.split('.')[1]).sort()).toEqual(['css', 'png', 'png', 'png', 'woff2'])
  const html = await read('index.html')
  expect(html).toMatch(/rel="icon" href="\/from-the-internet\/\w+\.png"/)
  const [, css] = /href="(\/from-the-internet\/\w+\.css)"/.exec(html)!
  expect(html).toContain('<a href="https://pictures.test/">')
  const [, font] = /url\((\/from-the-internet\/\w+\.woff2)\)/.exec(await read(css!))!
  expect(await read(font!)).toBe('font')
  const slide = await read('assets/slide.js')
  expect(slide).not.toContain('https://')
  expect(await read(/src:"([^"]+)"/.exec(slide)![1]!)).toBe('one')
  expect(await read(/background:`([^`]+)`/.exec(slide)![1]!)).toBe('large')
})

it('leaves an address in shown code as it is', async () => {
  const code = 'c("<span>src</span>=<span>\\"https://pictures.test/one.png\\"</span> curl https://pictures.test/one.png")'
  await writeFile(join(dir, 'assets/slide.js'), code)
  await keepFiles(dir, ['https://pictures.test/one.png'], get)
  expect(await read('assets/slide.js')).toBe(code)
})

it('tells what cannot be had, and goes on to load it', async () => {
  const html = '<link rel="stylesheet" href="https://gone.test/a.css">'
  await writeFile(join(dir, 'index.html'), html)
  expect(await keepFiles(dir, ['https://gone.test/a.png'], get)).toEqual(['https://gone.test/a.css', 'https://gone.test/a.png'].map(url => ({ url, reason: 'there is no network' })))
  expect(await read('index.html')).toBe(html)
})
