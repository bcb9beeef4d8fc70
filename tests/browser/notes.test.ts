import type { Deck } from '../../runners/deck/deck.ts'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PDFDocument, PDFName, PDFString } from '@cantoo/pdf-lib'
import { expect, it, onTestFinished } from 'vitest'
import { exportDeck } from '../../runners/cli/commands/export.ts'
import { addNotes } from '../../runners/cli/export/notes.ts'
import { parseDeck } from '../../runners/deck/parse.ts'
import { inTurns } from '../engines/turns.ts'

inTurns('vite-cache')

const run = promisify(execFile)

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-notes-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** Slides that say nothing but their number. */
async function slidesOf(count: number): Promise<Uint8Array> {
  const pdf = await PDFDocument.create()
  for (let i = 1; i <= count; i++)
    pdf.addPage([980, 552]).drawText(`slide ${i}`, { x: 40, y: 480 })
  return pdf.save()
}

async function pagesOf(pdf: Uint8Array): Promise<string[]> {
  const file = join(await folder(), 'notes.pdf')
  await writeFile(file, pdf)
  const { stdout } = await run('pdftotext', ['-layout', file, '-'])
  return stdout.split('\f').slice(0, -1)
}

it('stand below their slide, whole, and what has none stands alone', async () => {
  const dir = await folder()
  const long = Array.from({ length: 60 }, (_, i) => `${i + 1}つ目の段落です。`).join('\n\n')
  await writeFile(join(dir, 'deck.md'), `---\nlang: ja\n---\n\n# 一\n\n<!--\nみなさん、[click] **こんにちは**。\n-->\n\n---\n\n# 二\n\n<!--\n${long}\n-->\n\n---\n\n# 三\n`)
  const pages = await pagesOf(await addNotes(await parseDeck(join(dir, 'deck.md')) satisfies Deck, await slidesOf(3)))
  const at = (text: string): number => pages.findIndex(page => page.replaceAll(/\s/g, '').includes(text))
  expect([at('slide1'), at('みなさん、こんにちは。')]).toEqual([0, 0])
  expect([at('slide2'), at('1つ目の段落です。')]).toEqual([1, 1])
  expect(at('60つ目の段落です。')).toBeGreaterThan(1)
  expect(at('slide3')).toBe(pages.length - 1)
})

it('leave links and outline where they lead', async () => {
  const dir = await folder()
  await writeFile(join(dir, 'deck.md'), `# 一\n\n<!--\n${'言葉。\n\n'.repeat(60)}\n-->\n\n---\n\n# 二\n\n---\n\n# 三\n`)
  const slides = await PDFDocument.load(await slidesOf(3))
  const [one, , three] = slides.getPages()
  const { context } = slides
  const link = (goal: object, left: number) => one!.node.addAnnot(context.register(context.obj({ Type: 'Annot', Subtype: 'Link', Rect: [left, 40, left + 100, 60], ...goal })))
  link({ Dest: 'there' }, 98)
  link({ A: { Type: 'Action', S: 'URI', URI: PDFString.of('https://example.org/') } }, 300)
  slides.catalog.set(PDFName.of('Dests'), context.obj({ there: [three!.ref, 'XYZ', 0, 0, 0] }))
  const below = context.register(context.obj({ Title: PDFString.of('below'), Dest: [three!.ref, 'Fit'] }))
  const top = context.register(context.obj({ Title: PDFString.of('top'), Dest: [one!.ref, 'Fit'], First: below, Last: below }))
  slides.catalog.set(PDFName.of('Outlines'), context.obj({ First: top, Last: top }))
  const file = join(dir, 'notes.pdf')
  const handout = await addNotes(await parseDeck(join(dir, 'deck.md')), await slides.save())
  await writeFile(file, handout)
  const last = (await pagesOf(handout)).length
  expect(last).toBeGreaterThan(3)
  const { stdout: xml } = await run('pdftohtml', ['-xml', '-i', '-stdout', file])
  expect([...xml.matchAll(/<item page="(\d+)">(\w+)/g)].map(([, page, title]) => `${title} ${page}`)).toEqual(['top 1', `below ${last}`])
  const annotations = (await PDFDocument.load(handout)).getPages()[0]!.node.Annots()!
  const [inner, outer] = [0, 1].map(i => String(annotations.lookup(i)))
  // A tenth of the way from the left on the slide is a tenth of the way on the page's picture of it.
  expect(Number(/Rect \[ ([\d.]+)/.exec(inner!)![1])).toBeCloseTo(42 + (595.28 - 84) / 10, 1)
  expect(inner).toContain('/Dest')
  expect(outer).toContain('https://example.org/')
})

it('are for a PDF only', async () => {
  expect(await exportDeck({ deck: 'slides/tour.md', format: 'png', dark: false, withNotes: true })).toBe(2)
})
