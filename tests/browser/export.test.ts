import type { ScreenLine } from '../../runners/protocol/screen.ts'
import type { Mark } from '../../runners/protocol/step.ts'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { exportDeck } from '../../runners/cli/commands/export.ts'
import { parseDeck } from '../../runners/deck/parse.ts'
import { timeOf } from '../../runners/protocol/moment.ts'
import { screenAt } from '../../runners/protocol/screen.ts'
import { readRecording } from '../../runners/service/store/recordings.ts'
import { inTurns } from '../engines/turns.ts'

inTurns('vite-cache')

const run = promisify(execFile)

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-export-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/**
 * What of a screen paper must show, however low its box is: its last line, and the last one that each mark is about.
 */
function essentials(lines: ScreenLine[], marks: Mark[]): string[] {
  const texts = lines.map(line => line.map(span => span.text).join('')).filter(text => text.trim())
  const marked = marks.map(({ source, flags }) => texts.findLast(text => new RegExp(source, flags.replace('g', '')).test(text)))
  return [texts.at(-1), ...marked].filter(text => text !== undefined)
}

/** Without white space, which paper may break and space as it likes. */
const pressed = (text: string): string => text.replace(/\s+/g, '')

it.each(['slides/tour.md', 'slides/seminar.md'])('%s: every step stands on paper at the moments that it names, as text that can be selected', async (path) => {
  const deck = await parseDeck(path)
  const target = join(dir, `${deck.name}.pdf`)
  expect(await exportDeck({ deck: path, format: 'pdf', output: target, dark: false })).toBe(0)
  const { stdout } = await run('pdftotext', ['-layout', target, '-'], { maxBuffer: 1 << 26 })
  const paper = pressed(stdout)
  const missing: string[] = []
  for (const step of deck.steps.filter(s => s.verb !== 'apply' && s.out !== 'none')) {
    const recording = (await readRecording(deck, step.id))!
    for (const moment of step.print) {
      const lines = await screenAt(recording, timeOf(moment, recording.events))
      for (const text of essentials(lines, step.mark)) {
        if (!paper.includes(pressed(text)))
          missing.push(`${step.id} at ${JSON.stringify(moment)}: ${text}`)
      }
    }
  }
  expect(missing).toEqual([])
  const { stdout: xml } = await run('pdftohtml', ['-xml', '-i', '-stdout', target], { maxBuffer: 1 << 26 })
  const outline = [...xml.matchAll(/<item page="(\d+)">/g)].map(([, page]) => Number(page))
  const appendix = deck.steps.filter(step => step.extra).length
  expect(outline).toEqual(Array.from({ length: deck.slides.length + appendix }, (_, i) => i + 1))
  // Each extra step is linked to its page of the appendix.
  const links = new Set([...xml.matchAll(/<a href="[^"#]*#(\d+)"/g)].map(([, page]) => Number(page)))
  expect([...links].filter(page => page > deck.slides.length)).toHaveLength(appendix)
})

it('two exports of the talk are the same to the eye', async () => {
  const pagesOf = async (name: string, pdf: string): Promise<Buffer[]> => {
    await run('pdftoppm', ['-r', '60', '-gray', pdf, join(dir, name)])
    const files = (await readdir(dir)).filter(file => file.startsWith(`${name}-`)).sort()
    return Promise.all(files.map(file => readFile(join(dir, file))))
  }
  const again = join(dir, 'again.pdf')
  expect(await exportDeck({ deck: 'slides/seminar.md', format: 'pdf', output: again, dark: false })).toBe(0)
  const [one, two] = [await pagesOf('one', join(dir, 'seminar.pdf')), await pagesOf('two', again)]
  expect(one.length).toBeGreaterThan(34)
  expect(two.map((page, i) => page.equals(one[i]!))).toEqual(one.map(() => true))
})

it('a hand-out has text, code and results, and pictures of the slides on which something has no text', async () => {
  const target = join(dir, 'handout/deck.md')
  await mkdir(join(dir, 'handout'), { recursive: true })
  await writeFile(join(dir, 'handout/1.png'), 'mine')
  expect(await exportDeck({ deck: 'slides/tour.md', format: 'md', output: target, dark: false })).toBe(0)
  // What lies beside the file stays, whatever it is called.
  expect((await readdir(join(dir, 'handout'))).sort()).toEqual(['1.png', 'deck', 'deck.md'])
  expect(await readFile(join(dir, 'handout/1.png'), 'utf8')).toBe('mine')
  const markdown = await readFile(target, 'utf8')
  expect(markdown).toContain('```sh\necho "$TALK in $(basename "$PWD")"\n```\n\n```text\nkamishibai in demo\n```\n')
  const pictures = (await readdir(join(dir, 'handout/deck'))).sort()
  expect([...markdown.matchAll(/^!\[.*\]\(\.\/deck\/(\d+\.png)\)$/gm)].map(([, name]) => name).sort()).toEqual(pictures)
  const slides = (await parseDeck('slides/tour.md')).slides
  expect(pictures.length).toBeGreaterThan(0)
  expect(pictures.length).toBeLessThan(slides.length)
})

it('pptx has a picture of each slide, and the notes', async () => {
  const target = join(dir, 'deck.pptx')
  const deck = await parseDeck('slides/tour.md')
  expect(await exportDeck({ deck: deck.file, format: 'pptx', output: target, dark: false })).toBe(0)
  const pages = deck.slides.length + deck.steps.filter(step => step.extra).length
  const note = deck.slides[1]!.note!.slice(0, 30)
  const { stdout: entries } = await run('unzip', ['-Z1', target])
  expect(entries.split('\n').filter(entry => /^ppt\/slides\/slide\d+\.xml$/.test(entry))).toHaveLength(pages)
  expect((await run('unzip', ['-p', target, 'ppt/notesSlides/notesSlide2.xml'])).stdout).toContain(note)
})

it('writes a picture of each slide, and exits 1 with the steps that have no recording', async () => {
  const told: string[] = []
  const written = vi.spyOn(process.stderr, 'write').mockImplementation(text => Boolean(told.push(String(text))))
  const target = join(dir, 'pictures')
  const deck = await parseDeck('tests/fixtures/decks/stage.md')
  const code = await exportDeck({ deck: deck.file, format: 'png', output: target, dark: false })
  written.mockRestore()
  expect(code).toBe(1)
  const without = []
  for (const { id } of deck.steps) {
    if (!await readRecording(deck, id))
      without.push(id)
  }
  expect(without.length).toBeGreaterThan(0)
  expect(told.join('\n')).toContain(`no recording: ${without.join(', ')}.`)
  expect((await readdir(target)).filter(name => name.endsWith('.png'))).toHaveLength(deck.slides.length)
})
