import type { Deck } from '../../deck/deck.ts'
import type { PlacedPage } from './pdf-links.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { say } from '../io/say.ts'
import { findBrowser, loadPlaywright } from '../slidev/slidev.ts'

/** A4 in points, and what is left free around. */
const PAGE = { width: 595.28, height: 841.89, margin: 42 }
/** Kana and Han. */
const RE_JAPANESE = /[\u3040-\u30FF\u3400-\u9FFF]/
/** Where Slidev's speakers say that a click comes. */
const RE_CLICK = /\[click(?::\d+)?\]\s*/g

/**
 * Makes a handout for the speaker of the PDF of a deck's slides: each on a page of A4 with its notes below; what does
 * not fit goes on on the next page. Pages without notes, like those of the appendix, follow alone. Links and outline
 * lead
 * to the pages on which the slides lie.
 */
export async function addNotes(deck: Deck, slides: Uint8Array): Promise<Uint8Array> {
  const [{ PDFDocument }, { carryLinks }, { createMarkdownExit }, { chromium }] = await Promise.all([import('@cantoo/pdf-lib'), import('./pdf-links.ts'), import('markdown-exit'), loadPlaywright(deck.dir)])
  const from = await PDFDocument.load(slides)
  const to = await PDFDocument.create()
  to.setTitle(deck.title)
  const placed: PlacedPage[] = []
  const drawn = await to.embedPages(from.getPages())
  const markdown = createMarkdownExit({ linkify: true, highlight: highlightCode })
  const fonts = findFonts(deck)
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-notes-'))
  // Its pages are files of ours; their fonts are files too. It goes with this process.
  const browser = await chromium.launch({ executablePath: findBrowser(), handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false, args: ['--allow-file-access-from-files'] })
  try {
    const page = await browser.newPage()
    const file = join(dir, 'notes.html')
    for (const [i, slide] of from.getPages().entries()) {
      const { width, height } = slide.getSize()
      const shown = { width: PAGE.width - 2 * PAGE.margin, height: (PAGE.width - 2 * PAGE.margin) * height / width }
      const note = deck.slides[i]?.note?.replaceAll(RE_CLICK, '') ?? ''
      const html = await markdown.renderAsync(note)
      await writeFile(file, documentOf(html, { height: shown.height, lang: deck.lang, fonts }))
      await page.goto(pathToFileURL(file).href)
      await page.evaluate('document.fonts.ready')
      const text = await PDFDocument.load(await page.pdf({ preferCSSPageSize: true }))
      const [first, ...rest] = await to.copyPages(text, text.getPageIndices())
      const [x, y] = [PAGE.margin, PAGE.height - PAGE.margin - shown.height]
      first!.drawPage(drawn[i]!, { x, y, ...shown })
      placed.push({ from: slide, on: first!, x, y, scale: shown.width / width })
      for (const each of [first!, ...rest])
        to.addPage(each)
    }
  }
  finally {
    await browser.close()
    await rm(dir, { recursive: true, force: true })
  }
  carryLinks(from, to, placed)
  return to.save()
}

/** Code in the notes, in the colours of Slidev's own theme for paper; plain in a language that nobody knows. */
export async function highlightCode(code: string, lang: string): Promise<string> {
  const { bundledLanguages, codeToHtml } = await import('shiki')
  return lang in bundledLanguages ? codeToHtml(code.trimEnd(), { lang, theme: 'vitesse-light' }) : ''
}

/** The folder of the font for the notes: the deck's, else ours. Says how to get it where Japanese notes lack it. */
function findFonts({ dir, slides }: Deck): string | undefined {
  for (const from of [join(dir, 'package.json'), import.meta.url]) {
    try {
      return dirname(createRequire(from).resolve('@fontsource/noto-sans-jp/400.css'))
    }
    catch {}
  }
  if (slides.some(({ note }) => note && RE_JAPANESE.test(note)))
    say.warn('The notes are printed in a font of this machine. For Noto Sans JP: npm i -D @fontsource/noto-sans-jp')
  return undefined
}

/** The notes of one slide as they lie below it; `height` is the slide's, in points. */
function documentOf(html: string, { height, lang, fonts }: { height: number, lang: string, fonts?: string }): string {
  return `<!doctype html><html lang="${lang || 'en'}"><meta charset="utf-8">
${fonts ? ['400', '700'].map(weight => `<link rel="stylesheet" href="${pathToFileURL(join(fonts, `${weight}.css`)).href}">`).join('\n') : ''}
<style>
@page { size: ${PAGE.width}pt ${PAGE.height}pt; margin: ${PAGE.margin}pt }
body { margin: 0; font: 13pt/1.8 'Noto Sans JP', sans-serif; line-break: strict; word-break: auto-phrase }
header { box-sizing: border-box; height: ${height}pt; margin-bottom: 16pt; border: 0.5pt solid #999 }
p, ul, ol, pre { margin: 0 0 8pt }
pre { font: 10pt/1.5 'M PLUS 1 Code', monospace; white-space: pre-wrap }
</style>
<header></header>
${html}</html>`
}
