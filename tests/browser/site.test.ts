import type { Browser, Page } from 'playwright-chromium'
import type { Deck } from '../../runners/deck/deck.ts'
import type { StaticSite } from './_static.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { build } from '../../runners/cli/commands/build.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { parseDeck } from '../../runners/deck/parse.ts'
import { deckOf } from '../_present.ts'
import { faultsOf } from './_canvas.ts'
import { noteErrors } from './_errors.ts'
import { hurry, serveSite, serveStatic } from './_static.ts'

const SLOW = { timeout: 30_000 }
/** The longest recording. */
const PLAYED = { timeout: 120_000 }

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})
afterAll(async () => browser?.close())

/** The static site of each deck, below a path of a file server without rewrites. */
describe.each(['slides/tour.md', 'slides/seminar.md'])('%s', (path) => {
  let deck: Deck
  let site: StaticSite
  let page: Page
  const problems: string[] = []
  const played = new Set<string>()

  beforeAll(async () => {
    deck = await parseDeck(path)
    site = await serveSite(path)
    page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    await hurry(page, 8)
    page.on('console', message => message.type() === 'error' && problems.push(message.text()))
    noteErrors(page, problems)
    page.on('request', (request) => {
      if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(site.url))
        problems.push(`asks ${request.url()}`)
    })
  })
  afterAll(async () => {
    await page?.close()
    site?.close()
  })

  /** Runs by its button each step that is shown and is not run by a click, and waits until nothing moves. */
  async function settle(): Promise<void> {
    await expect.poll(() => page.locator('.slidev-page:visible').count(), SLOW).toBe(1)
    await expect.poll(() => page.locator('.slidev-page:visible .slidev-slide-loading').count(), SLOW).toBe(0)
    for (const step of deck.steps.filter(s => s.on === 'click' && !s.extra && !played.has(s.id))) {
      const shown = page.locator(`[data-kb-step="${step.id}"]:visible`).first()
      const button = shown.locator('.kb-run')
      // One without a button is run for those that need it.
      if (!await shown.count() || !await button.isVisible())
        continue
      await button.click(SLOW)
      await expect.poll(() => shown.locator('.kb-badge').first().textContent(), SLOW).toMatch(/RECORDED|録画/)
    }
    // Also one that was just started, and has no event yet, is on its way.
    await expect.poll(() => page.locator('[data-kb-step]:visible:not(:is([data-phase="exited"], [data-phase="ready"], [data-phase="failed"]))').count(), PLAYED).toBe(0)
    for (const step of await page.locator('[data-kb-step]:visible').all())
      played.add((await step.getAttribute('data-kb-step'))!)
  }

  /**
   * Presses *next*; false at the end of the deck. What comes right after a start is ignored, so it is pressed again.
   */
  async function next(): Promise<boolean> {
    for (let i = 0; i < 3; i++) {
      const before = page.url()
      await page.keyboard.press('PageDown')
      const moved = await expect
        .poll(() => page.url() !== before, { timeout: 1500 })
        .toBe(true)
        .then(
          () => true,
          () => false,
        )
      if (moved)
        return true
    }
    return false
  }

  it('plays every recording, click by click; all can be read from the last row and lies on the canvas', async () => {
    const faults = new Set<string>()
    await page.goto(site.url)
    do {
      await settle()
      for (const fault of await faultsOf(page))
        faults.add(`${new URL(page.url()).hash}: ${fault}`)
    } while (await next())
    expect(new URL(page.url()).hash).toMatch(new RegExp(`^#/${deck.slides.length}\\b`))
    expect(deck.steps.filter(step => !step.extra && !played.has(step.id)).map(step => step.id)).toEqual([])
    // Nothing failed, nothing was asked of another machine, and no file was missing.
    expect(problems).toEqual([])
    expect(site.missing).toEqual([])
    expect([...faults]).toEqual([])
  }, 500_000)

  it.each([['upright', { width: 390, height: 844 }], ['on its side', { width: 844, height: 390 }]])('is used with a finger on a phone that stands %s', async (_, viewport) => {
    const phone = await browser.newContext({ viewport, hasTouch: true, isMobile: true })
    onTestFinished(() => phone.close())
    const on = await phone.newPage()
    await hurry(on, 8)
    const { id, slide } = deck.steps.find(step => step.verb === 'build')!
    await on.goto(`${site.url}#/${slide}`)
    const step = on.locator(`[data-kb-step="${id}"]:visible`)
    await step.locator('.kb-run').tap(SLOW)
    await expect.poll(() => step.getAttribute('data-phase'), PLAYED).toMatch(/ready|exited/)
    const box = (await on.locator('.slidev-page:visible').boundingBox())!
    expect(box.x).toBeGreaterThanOrEqual(-1)
    expect(box.x + box.width).toBeLessThanOrEqual(viewport.width + 1)
    expect(box.y + box.height).toBeLessThanOrEqual(viewport.height + 1)
    const touch = await phone.newCDPSession(on)
    const y = viewport.height / 4
    for (const [type, x] of [['touchStart', 0.8], ['touchMove', 0.5], ['touchMove', 0.2], ['touchEnd', 0]] as const)
      await touch.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: viewport.width * x, y }] })
    await expect.poll(() => on.url(), SLOW).not.toMatch(new RegExp(`#/${slide}$`))
  })
})

it('tells an audience of a step that was never recorded only that there is nothing', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-site-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const deck = await deckOf('```sh {run id=never rows=3}\necho hello\n```\n')
  // The site is there, and its maker was told.
  expect(await build({ deck, output: dir })).toBe(1)
  const site = await serveStatic(dir)
  onTestFinished(() => site.close())
  const page = await browser.newPage()
  onTestFinished(() => page.close())
  await page.goto(site.url)
  const step = page.locator('[data-kb-step="never"]:visible').first()
  await expect.poll(() => step.locator('.kb-status').textContent(), SLOW).toMatch(/^\s*no recording\s*$/)
  expect(await step.locator('.kb-screen-box').textContent()).toMatch(/^\s*no recording\s*$/)
  expect(await step.locator('button:not(.slidev-code-copy, .kb-copy)').count()).toBe(0)
  // Nor does a key ask for it.
  await page.keyboard.press('r')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => step.locator('.kb-status').textContent()).toMatch(/^\s*no recording\s*$/)
})
