import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { expect, it, onTestFinished } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { deckFolder } from '../_deck-folder.ts'

const SLOW = { timeout: 90_000 }

const ROOT = resolve(import.meta.dirname, '../..')

/** The tour, which has every verb and view, in a folder of its own for which Vite has made nothing yet. */
async function coldTour(): Promise<{ deck: string, cacheDir: string }> {
  const dir = await deckFolder('cold')
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const skipped = new Set(['node_modules', '.kamishibai', '.slidev', 'vmlinuz'])
  await cp(join(ROOT, 'slides'), dir, { recursive: true, filter: path => !skipped.has(basename(path)) })
  const cacheDir = join(dir, 'vite')
  await writeFile(join(dir, 'vite.config.ts'), `export default { cacheDir: ${JSON.stringify(cacheDir)} }\n`)
  const deck = join(dir, 'tour.md')
  await writeFile(deck, (await readFile(deck, 'utf8')).replace(/'@\/\.\.'/, `'${ROOT}'`))
  return { deck, cacheDir }
}

it('Vite\'s optimiser does not interrupt who edits a deck for the first time', async () => {
  const { deck, cacheDir } = await coldTour()
  const presentation = await startPresentation({ deck, mode: 'replay', edit: true })
  onTestFinished(async () => void await presentation.close())
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  onTestFinished(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  const reloads: string[] = []
  // A page that comes back after the network was cut is another matter.
  page.on('websocket', socket => socket.on('framereceived', ({ payload }) => {
    if (String(payload).includes('full-reload'))
      reloads.push(String(payload))
  }))
  const { slides, steps } = presentation.service.session.deck

  const optimized = (): Promise<number | undefined> => stat(join(cacheDir, 'deps/_metadata.json')).then(({ ino }) => ino, () => undefined)
  await page.goto(presentation.url)
  await expect.poll(optimized, SLOW).toBeDefined()
  const first = await optimized()
  for (const { no } of slides) {
    await page.locator(`[data-slidev-no="${no}"]:visible`).first().waitFor(SLOW)
    const here = steps.find(step => step.slides.includes(no) && !step.extra)
    if (here) {
      await page.locator(`[data-kb-step="${here.id}"]:visible .kb-run:enabled`).first().click(SLOW)
      await expect.poll(() => presentation.service.session.runOf(here.id), SLOW).toBeDefined()
    }
    while (!new URL(page.url()).pathname.endsWith(`/${no + 1}`) && no < slides.length)
      await page.keyboard.press('ArrowRight')
  }
  // A package found late makes Vite do its work anew: slides wait for it, or the page is loaded again.
  expect(await optimized()).toBe(first)
  expect(reloads).toEqual([])
})
