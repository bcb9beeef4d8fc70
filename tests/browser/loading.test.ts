import type { Browser, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import type { StaticSite } from './_static.ts'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { serveSite } from './_static.ts'

const SLOW = { timeout: 60_000 }

let presentation: Presentation
let browser: Browser
let page: Page

beforeAll(async () => {
  presentation = await startPresentation({ deck: 'slides/tour.md', mode: 'replay', edit: true })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  await presentation?.close()
})

beforeEach(async () => {
  page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage()
  return () => page.context().close()
})

/** Aborts the first `times` requests of what matches, as Chromium does when a network interface comes or goes. */
async function cut(pattern: RegExp, times: number): Promise<() => number> {
  let n = 0
  await page.route(pattern, route => ++n > times ? route.fallback() : route.abort('internetdisconnected'))
  return () => n
}

const slide = (no: number) => page.locator(`[data-slidev-no="${no}"]:visible`).first()

describe('edit', () => {
  const at = (path: string): string => presentation.url.replace('/#', `/${path}#`)

  it('shows a slide whose module did not come at first, without loading the page anew', async () => {
    const tried = await cut(/\/slides\/3\/md/, 2)
    await page.goto(at('1'))
    await slide(1).locator('h1').waitFor(SLOW)
    await page.evaluate(() => Object.assign(window, { same: true }))
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await slide(3).locator('[data-kb-step]').waitFor(SLOW)
    expect(tried()).toBeGreaterThan(2)
    expect(await page.evaluate(() => 'same' in window)).toBe(true)
  })

  it('says that a slide cannot be loaded, and shows it when it can', async () => {
    await cut(/\/slides\/3\/md/, 5)
    await page.goto(at('3'))
    await slide(3).getByText(/error/i).first().waitFor(SLOW)
    await slide(3).locator('[data-kb-step]').waitFor(SLOW)
  })

  it.each([
    ['script', '1', /client\/main\.ts/],
    ['part of its script', '1', /composables\/useNav\.ts/],
    ['view', 'presenter/1', /pages\/presenter\.vue/],
  ])('comes by itself when its %s did not come at first', async (_, path, pattern) => {
    const tried = await cut(pattern, 1)
    await page.goto(at(path))
    await slide(1).locator('h1').waitFor(SLOW)
    expect(tried()).toBeGreaterThan(1)
    await expect.poll(() => page.evaluate(() => sessionStorage.getItem('kamishibai.reloads'))).toBeNull()
    // The token is still with the page.
    await expect.poll(() => page.evaluate(() => sessionStorage.getItem('kamishibai.token')), SLOW).toBe(presentation.service.token)
  })
})

describe('present', () => {
  let stage: Presentation
  beforeAll(async () => void (stage = await startPresentation({ deck: 'slides/tour.md', mode: 'replay' })), 120_000)
  afterAll(() => stage?.close())

  it('has all slides and recordings in the page soon after the first is shown', async () => {
    const { slides } = stage.service.session.deck
    await page.goto(stage.url)
    await slide(1).locator('h1').waitFor(SLOW)
    await page.waitForLoadState('networkidle')
    await expect.poll(() => page.locator('[data-kb-step="web"]').count(), SLOW).toBe(1)
    await page.route('**', route => route.abort('internetdisconnected'))
    for (let no = 1; no <= slides.length; no++) {
      await slide(no).locator('h1').waitFor(SLOW)
      // The next slide, whatever clicks this one has.
      await page.keyboard.press('ArrowDown')
    }
  })
})

it('brings the slide to the other window although the message was cut', async () => {
  await page.goto(presentation.url.replace('/#', '/presenter/1#'))
  await slide(1).locator('h1').waitFor(SLOW)
  const audience = await page.context().newPage()
  await audience.goto(`${new URL(presentation.url).origin}/1`)
  await audience.locator('[data-slidev-no="1"]:visible h1').waitFor(SLOW)
  await page.bringToFront()
  const tried = await cut(/@server-reactive/, 1)
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => new URL(audience.url()).pathname, SLOW).toBe('/2')
  expect(tried()).toBeGreaterThan(1)
})

describe('the static site', () => {
  let site: StaticSite
  beforeAll(async () => void (site = await serveSite('slides/tour.md')))
  afterAll(() => site?.close())

  it.each([['script', /assets\/index-.*\.js/], ['style sheet', /assets\/.*\.css/], ['slides', /assets\/md-.*\.js/], ['play view', /slidev\/play-.*\.js/]])('comes in full although its %s did not come at first', async (_, pattern) => {
    const tried = await cut(pattern, 1)
    await page.goto(site.url)
    await slide(1).locator('h1').waitFor(SLOW)
    await page.keyboard.press('PageDown')
    await slide(2).locator('h1').waitFor(SLOW)
    await expect.poll(() => slide(2).locator('.kb-screen').first().textContent(), SLOW).toBeTruthy()
    // A rule of ours holds.
    await expect.poll(() => slide(2).locator('.kb-step').first().evaluate(element => getComputedStyle(element).display), SLOW).toBe('flex')
    expect(tried()).toBeGreaterThan(1)
  })

  it('gets a style sheet that did not come when a part was loaded later, without loading the page anew', async () => {
    await page.route(/late\.css/, route => route.fulfill({ contentType: 'text/css', body: 'h1 { letter-spacing: 7px }' }))
    const tried = await cut(/late\.css/, 2)
    await page.goto(site.url)
    await slide(1).locator('h1').waitFor(SLOW)
    await page.evaluate(() => {
      Object.assign(window, { same: true })
      document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: './late.css' }))
    })
    await expect.poll(() => slide(1).locator('h1').evaluate(element => getComputedStyle(element).letterSpacing), SLOW).toBe('7px')
    expect(tried()).toBe(3)
    expect(await page.evaluate(() => 'same' in window)).toBe(true)
  })
})
