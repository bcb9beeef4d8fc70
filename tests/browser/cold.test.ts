import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-chromium'
import { expect, it, onTestFinished } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'

const SLOW = { timeout: 90_000 }

// The tour has every verb and view.
it('Vite\'s optimiser does not interrupt the first talk on a machine', async () => {
  const deck = 'slides/tour.md'
  const cacheDir = await mkdtemp(join(tmpdir(), 'kamishibai-cache-'))
  onTestFinished(() => rm(cacheDir, { recursive: true, force: true }))
  const presentation = await startPresentation({ deck, mode: 'replay', cacheDir })
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
