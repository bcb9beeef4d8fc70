import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { onlyNeededFonts, toOneFile } from '../../../../runners/cli/export/one-file.ts'

/** The page of a site of these files. */
async function pageOf(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-one-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  return toOneFile(dir)
}

const INDEX = '<html><head><link rel="icon" href="./icon.svg"><script type="module" crossorigin src="./assets/a.js"></script><link rel="stylesheet" crossorigin href="./assets/a.css"></head><body></body></html>'
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('a page with all that it uses', () => {
  it('holds script, style, fonts and pictures', async () => {
    const page = await pageOf({
      'index.html': INDEX,
      'icon.svg': '<svg/>',
      'photo.png': 'photo',
      'assets/logo.png': 'logo',
      'assets/f.woff2': 'font',
      'assets/a.js': 'a(new URL(`logo.png`,import.meta.url).href,"/photo.png",`./photo.png`,"/none.png")',
      'assets/a.css': '@font-face{font-family:F;src:url(./f.woff2)format("woff2"),url(./f.woff)format("woff")}b{background:url(../photo.png)}',
    })
    const photo = `"data:image/png;base64,${base64('photo')}"`
    expect(page).toContain(`<script type="module">a("data:image/png;base64,${base64('logo')}",${photo},${photo},"/none.png")</script>`)
    expect(page).toContain(`src:url("data:font/woff2;base64,${base64('font')}")format("woff2")}b{background:url(${photo})}</style>`)
    expect(page).toContain(`href="data:image/svg+xml;base64,${base64('<svg/>')}"`)
    expect(page).not.toContain('assets/')
  })

  it('is not ended by what a script or a style says', async () => {
    const page = await pageOf({ 'index.html': INDEX, 'assets/a.js': 'x="</script><!-- <script>$&";y=/<\\/script>/', 'assets/a.css': 'a::after{content:"</style>"}' })
    expect(page).toContain('x="<\\/script>\\x3C!-- <script>$&"')
    expect(page.match(/<\/script>/g)).toHaveLength(1)
    expect(page.match(/<\/style>/g)).toHaveLength(1)
  })
})

it('keeps of fonts the parts that have a character of the text', () => {
  const face = (range: string): string => `@font-face{font-family:F;src:url(${range.length}.woff2)format("woff2"),url(b.woff)format("woff");unicode-range:${range}}`
  const kept = (range: string): boolean => onlyNeededFonts(face(range), 'aコ𠮷') !== ''
  expect(['U+61', 'U+0-7F', 'U+62,U+30B3', 'u+30??', 'U+20BB7'].map(kept)).toEqual([true, true, true, true, true])
  expect(['U+62', 'U+80-FF,U+41', 'U+31??'].map(kept)).toEqual([false, false, false])
  expect(onlyNeededFonts(face('U+61'), 'a')).toBe('@font-face{font-family:F;src:url(4.woff2)format("woff2");unicode-range:U+61}')
  expect(onlyNeededFonts('@font-face{font-family:K;src:url(k.woff2)}', '')).toContain('k.woff2')
})
