import type { Browser } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'

const SLOW = { timeout: 60_000 }
const CUTS = 5

let presentation: Presentation
let browser: Browser
beforeAll(async () => {
  presentation = await startPresentation({ deck: 'tests/fixtures/decks/stage.md', trust: true })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})
afterAll(async () => {
  await browser?.close()
  await presentation?.close()
})

it('a socket that is cut again and again during output leaves the screen complete, with nothing doubled', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  // What arrives after the cut is lost, as with a network that breaks.
  await page.addInitScript((most) => {
    const counts = Object.assign(window, { cuts: 0 })
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        let frames = 0
        this.addEventListener('message', ({ data }) => {
          if (typeof data === 'string' || ++frames !== 2 || counts.cuts >= most)
            return
          counts.cuts++
          this.close()
        })
      }
    }
  }, CUTS)
  await page.goto(presentation.url.replace('/#', '/7#'))
  const step = page.locator('[data-kb-step="long"]:visible').first()
  await step.locator('.kb-run:enabled').click(SLOW)
  await expect.poll(() => step.getAttribute('data-phase'), SLOW).toBe('exited')
  // A slow page comes back less often while the output lasts.
  expect(await page.evaluate(() => (window as unknown as { cuts: number }).cuts)).toBeGreaterThanOrEqual(2)
  const run = presentation.service.session.runOf('long')!
  const lines = run.log.screen.lines().map(line => line.map(span => span.text).join('').trimEnd()).filter(Boolean)
  expect(lines.at(-1)).toContain('line 40')
  // Above those stands as much as there is room for.
  await expect.poll(() => step.locator('.kb-line').allTextContents().then(all => all.map(line => line.trimEnd()).filter(Boolean).slice(-lines.length)), SLOW).toEqual(lines)
  expect(presentation.service.session.runs).toHaveLength(1)
})
