import type { Browser, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { deckFolder } from '../_deck-folder.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SLOW = { timeout: 30_000 }
const DECK = `---
theme: none
addons: ['${ROOT}']
title: Windows
favicon: 'data:,'
mcp: false
fonts: {provider: none}
drawings: {persist: true}
---

# One

---

# Two

<div v-click>More of two</div>

---

# Three
`

let dir: string
let presentation: Presentation
let browser: Browser

beforeAll(async () => {
  dir = await deckFolder('windows')
  await writeFile(join(dir, 'deck.md'), DECK)
  presentation = await startPresentation({ deck: join(dir, 'deck.md'), trust: true })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await presentation?.close()
  await rm(dir, { recursive: true, force: true })
})

/** A window of a browser of its own: it has nothing of the others'. */
async function open(path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.goto(presentation.url.replace('/#', `${path}#`))
  await page.locator('h1:visible').first().waitFor(SLOW)
  return page
}

const placeOf = (page: Page): string => new URL(page.url()).pathname + new URL(page.url()).search

it('shows the same slide and clicks in two browsers, in a window that comes late, and after a reload', async () => {
  const presenter = await open('/presenter/1')
  const audience = await open('/')
  await presenter.keyboard.press('ArrowRight')
  await expect.poll(() => placeOf(audience), SLOW).toMatch(/^\/2/)
  await presenter.keyboard.press('ArrowRight')
  await audience.getByText('More of two').first().waitFor(SLOW)
  await expect.poll(() => placeOf(audience), SLOW).toBe('/2?clicks=1')

  const late = await open('/')
  await expect.poll(() => placeOf(late), SLOW).toBe('/2?clicks=1')
  await audience.reload()
  await audience.locator('h1:visible', { hasText: 'Two' }).first().waitFor(SLOW)
  expect(placeOf(audience)).toBe('/2?clicks=1')
  await audience.keyboard.press('ArrowRight')
  for (const [page, place] of [[presenter, '/presenter/3'], [late, '/3']] as const)
    await expect.poll(() => new URL(page.url()).pathname, SLOW).toBe(place)
})

it('goes where its first window is, whatever was shown before', async () => {
  const first = await open('/2')
  await first.keyboard.press('ArrowRight')
  await first.context().close()
  await expect.poll(() => presentation.service.session.windows.of('shared').page, SLOW).toBeUndefined()
  const presenter = await open('/presenter/3')
  await expect.poll(() => presentation.service.session.windows.of('shared').page, SLOW).toBe(3)
  expect(placeOf(presenter)).toMatch(/^\/presenter\/3/)
})

it('has drawings in all windows, and keeps what was drawn', async () => {
  const presenter = await open('/presenter/1')
  const audience = await open('/1')
  await presenter.getByTitle('Drawing', { exact: false }).first().click()
  const box = (await presenter.locator('svg.touch-none').first().boundingBox())!
  await presenter.mouse.move(box.x + 100, box.y + 100)
  await presenter.mouse.down()
  await presenter.mouse.move(box.x + 200, box.y + 160, { steps: 5 })
  await presenter.mouse.up()
  await expect.poll(() => presentation.service.session.windows.of('drawings')['1'], SLOW).toContain('<path')
  await expect.poll(() => audience.locator('path[data-drauu_index]').count(), SLOW).toBeGreaterThan(0)
  await expect.poll(() => readFile(join(dir, '.slidev/drawings/deck/1.svg'), 'utf8').catch(() => ''), SLOW).toContain('<path')
  const late = await open('/1')
  await expect.poll(() => late.locator('path[data-drauu_index]').count(), SLOW).toBeGreaterThan(0)
})
