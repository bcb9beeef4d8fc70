import type { Browser } from 'playwright-chromium'
import type { GetFile } from '../../runners/service/offline/public-file.ts'
import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { builtOf } from '../../runners/cli/stage/built.ts'
import { parseDeck } from '../../runners/deck/parse.ts'
import { deckFolder } from '../_deck-folder.ts'
import { goTo } from './_stage.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SLOW = { timeout: 60_000 }

/** A deck that has its fonts, its icon and its pictures from the internet. */
const DECK = `---
theme: none
addons: ['${ROOT}']
favicon: https://cdn.test/icon.png
mcp: false
fonts: {sans: Lobster}
---

# A picture

![](https://pictures.test/one.png)

---
layout: image-right
image: https://pictures.test/two.png
---

# Beside

<img src="https://pictures.test/one.png">
`

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const internet: GetFile = async url => url.includes('fonts.')
  ? { type: 'text/css', body: Buffer.from('@font-face{font-family:Lobster;src:local("DejaVu Sans")}') }
  : { type: 'image/png', body: PIXEL }

let browser: Browser
let dir: string

beforeAll(async () => {
  dir = await deckFolder('offline')
  const deck = join(dir, 'deck.md')
  await writeFile(deck, DECK)
  const built = await builtOf(await parseDeck(deck), { flavour: 'stage', signal: new AbortController().signal, get: internet })
  expect(built).toMatchObject({ missing: [] })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await rm(dir, { recursive: true, force: true })
})

it.each([
  ['a deck with parts of the internet', () => join(dir, 'deck.md'), false],
  ['the tour', () => 'slides/tour.md', false],
  ['the seminar, rehearsed', () => 'slides/seminar.md', true],
  ['the deck of the clicker', () => 'tests/fixtures/decks/stage.md', false],
  ['the deck of the views', () => 'tests/fixtures/decks/views.md', false],
])('%s asks nothing of the internet, on no slide', async (_, deck, rehearsing) => {
  const presentation = await startPresentation({ deck: deck(), mode: 'replay', rehearsing })
  onTestFinished(() => presentation.close().then(() => {}))
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  onTestFinished(() => page.close())
  const asked: string[] = []
  const failed: string[] = []
  page.on('request', (request) => {
    if (!/^(?:http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url()))
      asked.push(request.url())
  })
  page.on('response', response => void (response.status() >= 400 && failed.push(`${response.status()} ${response.url()}`)))
  await page.goto(presentation.url)
  for (const { no } of presentation.service.session.deck.slides) {
    await goTo(page, no)
    await page.locator(`[data-slidev-no="${no}"]:visible`).first().waitFor(SLOW)
  }
  await page.waitForLoadState('networkidle')
  expect({ asked, failed }).toEqual({ asked: [], failed: [] })
  const broken = await page.evaluate(() => [...document.images].filter(image => image.complete && !image.naturalWidth).map(image => image.src))
  expect(broken).toEqual([])
}, 180_000)
