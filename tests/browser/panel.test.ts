import type { Browser, BrowserContext, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/present.ts'
import process from 'node:process'
import { chromium } from 'playwright-chromium'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startPresentation } from '../../runners/cli/present.ts'
import { findBrowser } from '../../runners/cli/slidev.ts'

const SLOW = { timeout: 20_000 }

let presentation: Presentation
let browser: Browser
let context: BrowserContext
let page: Page
const errors: Error[] = []

beforeAll(async () => {
  presentation = await startPresentation({ deck: 'tests/fixtures/decks/stage.md', mode: 'auto', trust: true })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  await presentation?.close()
})

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
  page = await context.newPage()
  page.on('pageerror', error => errors.push(error))
})

afterEach(async () => {
  await context.close()
  expect(errors).toEqual([])
})

async function openPresenter(slide: number): Promise<void> {
  await page.goto(presentation.url.replace('/#', `/presenter/${slide}#`))
  await expect.poll(() => page.locator('.kb-panel-toggle').textContent(), { timeout: 60_000 }).toContain('of 8 steps left')
  await page.locator('.kb-panel-toggle').click()
}

const rowOf = (step: string) => page.locator(`[data-kb-panel-step="${step}"]`)
const phaseOf = (step: string) => presentation.service.session.runOf(step)?.log.state.phase

it('tells the presenter, and not the audience, how engines and steps stand; service and panel know the slide', async () => {
  await openPresenter(7)
  expect(await page.locator('.kb-panel-engines').textContent()).toContain(`shell live ${process.platform}`)
  await presentation.service.session.start('broken').over
  await expect.poll(() => rowOf('broken').textContent(), SLOW).toContain('exit code 1')
  await expect.poll(() => page.locator('.kb-panel-toggle').textContent(), SLOW).toContain('1 failed')
  expect(await rowOf('long').getAttribute('class')).toContain('kb-here')
  expect(presentation.service.session.pace.slide).toBe(7)
  const audience = await context.newPage()
  await audience.goto(`${new URL(presentation.url).origin}/7`)
  await audience.locator('[data-kb-step="long"]:visible').first().waitFor(SLOW)
  expect(await audience.locator('.kb-panel').count()).toBe(0)
})

it('resets a step, a slide and the whole talk, each in one press', async () => {
  await openPresenter(1)
  const { session } = presentation.service
  for (const id of ['first', 'second', 'entered'])
    await session.start(id).over
  await expect.poll(() => rowOf('second').textContent(), SLOW).toContain('done')
  await rowOf('second').locator('.kb-reset').click()
  await expect.poll(() => rowOf('second').textContent(), SLOW).toContain('ready to run')
  expect([phaseOf('first'), phaseOf('second')]).toEqual(['exited', undefined])
  await page.locator('.kb-reset-slide').click()
  await expect.poll(() => phaseOf('first')).toBeUndefined()
  expect(phaseOf('entered')).toBe('exited')
  await page.locator('.kb-reset-all').click()
  await expect.poll(() => page.locator('.kb-panel-toggle').textContent(), SLOW).toContain('8 of 8 steps left')
  expect(session.deck.steps.map(({ id }) => phaseOf(id)).filter(Boolean)).toEqual([])
  await page.reload()
  await expect.poll(() => page.locator('.kb-panel-toggle').textContent(), SLOW).toContain('8 of 8 steps left')
})

it('plays recordings from the switch on, and runs live again', async () => {
  await openPresenter(2)
  await page.locator('.kb-mode-replay').click()
  await expect.poll(() => page.locator('.kb-panel-toggle').textContent(), SLOW).toContain('recordings')
  await presentation.service.session.start('broken').over
  await expect.poll(() => rowOf('broken').textContent(), SLOW).toMatch(/done\s*\(RECORDED\)/)
  await page.locator('.kb-mode-live').click()
  await expect.poll(() => page.locator('.kb-panel-toggle').textContent(), SLOW).toContain('live')
  expect(presentation.service.session.start('broken').info.mode).toBe('live')
})
