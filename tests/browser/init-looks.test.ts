import type { Browser, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { DECK, STYLE } from '../../runners/cli/init/template.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { faultsOf } from './_canvas.ts'
import { collisionsOf, coveredOf, paleOf } from './_looks.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const MARGIN = 32

/**
 * What stands too near to the edge of the slide that `page` shows now, in px of its canvas, and how large its title is.
 */
function measureIn(page: Page): Promise<{ title: number, near: string[] }> {
  return page.evaluate((margin) => {
    const slide = [...document.querySelectorAll<HTMLElement>('.slidev-page')].find(element => element.offsetParent)!
    const canvas = slide.getBoundingClientRect()
    const scale = canvas.width / slide.offsetWidth
    const near = [...slide.querySelectorAll('h1, p, pre, .kb-result')].filter((element) => {
      const box = element.getBoundingClientRect()
      return (
        Math.min(box.left - canvas.left, box.top - canvas.top, canvas.right - box.right, canvas.bottom - box.bottom)
        < margin * scale
      )
    })
    return { title: Number.parseFloat(getComputedStyle(slide.querySelector('h1')!).fontSize), near: near.map(element => element.outerHTML) }
  }, MARGIN)
}

let dir: string
let presentation: Presentation
let browser: Browser
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-init-'))
  await writeFile(join(dir, 'slides.md'), DECK.replace('addons: [kamishibai]', `addons: ['${ROOT}']`))
  await writeFile(join(dir, 'style.css'), STYLE)
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
  presentation = await startPresentation({ deck: join(dir, 'slides.md'), mode: 'replay' })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})
afterAll(async () => {
  await browser?.close()
  await presentation?.close()
  await rm(dir, { recursive: true, force: true })
})

it.each([[1280, 720, 'light'], [1920, 1080, 'dark']] as const)('the deck that init writes can be shown as it is, at %i × %i, %s', async (width, height, colorScheme) => {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' })
  for (const slide of [1, 2, 3]) {
    await page.goto(presentation.url.replace('/#', `/${slide}#`))
    await page.locator('.kb-status:visible').first().waitFor({ timeout: 60_000 })
    // The style comes after the slide.
    await expect.poll(() => measureIn(page), { timeout: 20_000 }).toEqual({ title: 38, near: [] })
    for (const faultsIn of [faultsOf, collisionsOf, paleOf, coveredOf])
      expect(await faultsIn(page)).toEqual([])
  }
  await page.close()
}, 120_000)
