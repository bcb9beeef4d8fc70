import type { Browser, Page } from 'playwright-chromium'
import type { StaticSite } from './_static.ts'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { parseDeck } from '../../runners/deck/parse.ts'
import { faultsOf } from './_canvas.ts'
import { collisionsOf, coveredOf, orphansOf, paleOf, silentOf } from './_looks.ts'
import { serveSite } from './_static.ts'

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})
afterAll(async () => browser?.close())

/** What of Slidev's navigation is used here. */
interface Nav { clicksTotal: number, go: (no: number, clicks: number) => Promise<void> }

/** Goes to a slide with so many of its clicks made, by default all; says how many there are. */
async function goTo(page: Page, no: number, clicks = 99): Promise<number> {
  const total = await page.evaluate(async ([no, clicks]) => {
    const { _context: { provides } } = (document.querySelector('#app') as unknown as { __vue_app__: { _context: { provides: Record<symbol | string, unknown> } } }).__vue_app__
    const { nav } = Reflect.ownKeys(provides)
      .map(key => provides[key] as { nav?: Nav })
      .find(value => value?.nav) as { nav: Nav }
    await nav.go(no, clicks)
    // Boxes are measured with one frame, drawn in with the next, and views are drawn at a pulse.
    await new Promise(resolve => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(resolve)), 120))
    // What fades has its colours only at its end.
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(ending.map(({ finished }) => finished))
    return nav.clicksTotal
  }, [no, clicks] as const)
  await expect.poll(() => page.locator(`[data-slidev-no="${no}"]:visible`).count(), { timeout: 20_000, interval: 20 }).toBe(1)
  await expect.poll(() => page.locator('.slidev-page:visible .slidev-slide-loading').count(), { timeout: 20_000, interval: 20 }).toBe(0)
  return total
}

describe.each(['slides/seminar.md', 'slides/tour.md'])('%s', (path) => {
  let site: StaticSite
  beforeAll(async () => void (site = await serveSite(path)))
  afterAll(() => site?.close())

  it.each(['light', 'dark'] as const)('%s: on every slide, at every click, all can be read', async (colorScheme) => {
    const page = await browser.newPage({ viewport: { width: 1960, height: 1104 }, colorScheme, reducedMotion: 'reduce' })
    await page.goto(site.url)
    await expect.poll(() => page.locator('[data-slidev-no="1"]:visible').count(), { timeout: 20_000 }).toBe(1)
    const faults = new Set<string>()
    for (const { no } of (await parseDeck(path)).slides) {
      // Backwards, which runs nothing.
      const total = await goTo(page, no)
      for (let clicks = total; clicks >= 0; clicks--) {
        await goTo(page, no, clicks)
        // Where all lies is the same in the dark.
        const kinds = colorScheme === 'light' || clicks === total ? [faultsOf, collisionsOf, paleOf, silentOf, orphansOf] : [paleOf]
        for (const faultsIn of kinds) {
          for (const fault of await faultsIn(page))
            faults.add(`${no}.${clicks}: ${fault}`)
        }
      }
    }
    await page.close()
    expect([...faults]).toEqual([])
  }, 170_000)

  it('what lies over a slide on request can be read whole', async () => {
    const page = await browser.newPage({ viewport: { width: 1960, height: 1104 }, reducedMotion: 'reduce' })
    await page.goto(site.url)
    await expect.poll(() => page.locator('[data-slidev-no="1"]:visible').count(), { timeout: 20_000 }).toBe(1)
    const faults: string[] = []
    for (const { id, slide } of (await parseDeck(path)).steps.filter(step => step.extra)) {
      await goTo(page, slide)
      await page.locator(`[data-kb-extra="${id}"]:visible`).click()
      await page.locator('.kb-overlay:visible .kb-status').waitFor()
      faults.push(...[...await faultsOf(page), ...await collisionsOf(page)].map(fault => `${slide} ${id}: ${fault}`))
      await page.locator('.kb-overlay:visible header button').click()
    }
    await page.close()
    expect(faults).toEqual([])
  })

  it('a mouse reaches the buttons of every slide, in a window in which Slidev\'s own are as large as they get', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' })
    await page.goto(site.url)
    await expect.poll(() => page.locator('[data-slidev-no="1"]:visible').count(), { timeout: 20_000 }).toBe(1)
    const faults: string[] = []
    for (const { no } of (await parseDeck(path)).slides) {
      await goTo(page, no)
      faults.push(...(await coveredOf(page)).map(fault => `${no}: ${fault}`))
    }
    await page.close()
    expect(faults).toEqual([])
  })
})
