import type { Browser, Page } from 'playwright-chromium'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { deckFolder } from '../_deck-folder.ts'
import { kamishibai } from '../_present.ts'
import { inTurns } from '../engines/turns.ts'

inTurns('vite-cache')

const ROOT = resolve(import.meta.dirname, '../..')
const SLOW = { timeout: 40_000 }
const DECK = `---
theme: none
addons: ['${ROOT}']
title: Talk
lang: ja
duration: 3min
favicon: 'data:,'
mcp: false
fonts: {provider: none}
---

# One

---
duration: 2min
---

# Two
`
const STEP = '\n```sh {run id=failing rows=3}\nexit 3\n```\n\n<div style="flex: none; height: 600px"></div>\n'

let dir: string
let browser: Browser
let page: Page

beforeAll(async () => {
  dir = await deckFolder('rehearse')
  await writeFile(join(dir, 'talk.md'), DECK)
  await writeFile(join(dir, 'failing.md'), DECK + STEP)
  await writeFile(join(dir, 'planless.md'), DECK.replaceAll(/^duration: .*\n/gm, ''))
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  page = await browser.newPage()
})
afterAll(async () => {
  await browser?.close()
  await rm(dir, { recursive: true, force: true })
})

it('shows the clock in every window, and reports the times of the slides at the end', async () => {
  const command = kamishibai(['rehearse', join(dir, 'talk.md'), '--no-open', '--json', '--port', String(30_000 + process.pid % 10_000)])
  const [, url] = await command.shown(/(http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]+)/)
  await page.goto(url!)
  const clock = page.locator('.kb-pace')
  await expect.poll(() => clock.textContent(), SLOW).toMatch(/このスライド 0:0\d \/ 1:00.*全体 0:0\d \/ 3:00.*予定どおり/)
  await expect.poll(() => clock.textContent(), SLOW).toMatch(/0:0[1-9] \/ 1:00/)
  await page.locator('h1:visible').first().waitFor(SLOW)
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => new URL(page.url()).pathname, SLOW).toBe('/2')
  await expect.poll(() => clock.textContent(), SLOW).toMatch(/0:0\d \/ 2:00.*早い/)
  command.signal('SIGINT')
  expect(await command.ended).toBe(0)
  const output = command.output()
  const report = JSON.parse(output.slice(output.indexOf('\n{') + 1, output.lastIndexOf('\n}') + 2)) as { slides: { no: number, actualMs: number }[] }
  expect(report.slides.map(({ no }) => no)).toEqual([1, 2])
  expect(report.slides[0]!.actualMs).toBeGreaterThan(500)
  const [, kept] = /(\S+\.html)/.exec(output)!
  await page.setContent(await readFile(resolve(ROOT, kept!), 'utf8'))
  expect(await page.locator('h1').textContent()).toBe('Talk')
})

it('has its clock where an error over the end of the slide is not', async () => {
  const presentation = await startPresentation({ deck: join(dir, 'failing.md'), trust: true, rehearsing: true })
  onTestFinished(async () => {
    await presentation.close()
  })
  await page.goto(presentation.url.replace('/#', '/2#'))
  await page.locator('[data-kb-step="failing"]:visible .kb-run:enabled').first().click(SLOW)
  await page.keyboard.press('i')
  const [error, clock] = [page.locator('.kb-floating:visible'), page.locator('.kb-pace')]
  await error.waitFor(SLOW)
  const [over, below] = [await error.boundingBox(), await clock.boundingBox()]
  expect(over!.y + over!.height).toBeLessThanOrEqual(below!.y)
})

it('shows no plan where there is none, and an address that says what it does', async () => {
  const command = kamishibai(['rehearse', join(dir, 'planless.md'), '--no-open', '--port', String(30_000 + process.pid % 10_000)])
  const [, url] = await command.shown(/(http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]+)/)
  await page.goto(url!)
  await expect.poll(() => page.locator('.kb-pace').textContent(), SLOW).toMatch(/^このスライド 0:0\d\s*全体 0:0\d\s*$/)
  command.signal('SIGINT')
  expect(await command.ended).toBe(0)
  expect(command.output()).toContain('leads the talk, which plays recordings')
  expect(command.output()).not.toContain('may run the steps')
})
