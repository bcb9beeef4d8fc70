import type { Deck } from '../../runners/deck/deck.ts'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PDFDocument } from 'pdf-lib'
import { expect, it, onTestFinished } from 'vitest'
import { exportDeck } from '../../runners/cli/export.ts'
import { addNotes } from '../../runners/cli/export/notes.ts'
import { parseDeck } from '../../runners/deck/parse.ts'

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

it('are for a PDF only', async () => {
  expect(await exportDeck({ deck: 'slides/tour.md', format: 'png', dark: false, withNotes: true })).toBe(2)
})
