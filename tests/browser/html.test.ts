import type { Browser, Page } from 'playwright-chromium'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { kamishibai } from '../_cli.ts'
import { noteErrors } from './_errors.ts'

const SLOW = { timeout: 20_000 }

let dir: string
let browser: Browser
let page: Page
/** What the page asks for beyond itself, and what it complains of. */
const amiss: string[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-html-test-'))
  const file = join(dir, 'tour.html')
  expect(await kamishibai('export', 'slides/tour.md', '--format', 'html', '--output', file)).toMatchObject({ code: 0, out: expect.stringContaining('tour.html plays from disk, without a network.') as string })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  page = await (await browser.newContext({ viewport: { width: 1280, height: 720 }, offline: true })).newPage()
  noteErrors(page, amiss)
  page.on('console', message => message.type() === 'error' && amiss.push(message.text()))
  page.on('request', request => /^(?:data|blob):|\/tour\.html$/.test(request.url().replace(/#.*/, '')) || amiss.push(request.url()))
  await page.goto(`${pathToFileURL(file)}#/1`)
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await rm(dir, { recursive: true, force: true })
})

it('is one file', async () => {
  expect(await readdir(dir)).toEqual(['tour.html'])
})

it('plays a recording, and once more', async () => {
  const hello = page.locator('[data-kb-step="hello"]:visible').first()
  await hello.locator('.kb-run').click(SLOW)
  await expect.poll(() => hello.getAttribute('data-phase'), SLOW).toMatch(/ready|exited/)
  expect(await hello.locator('.kb-badge').textContent()).toContain('RECORDED')
  await expect.poll(() => hello.locator('.kb-result').textContent(), SLOW).toContain('hello')
  await page.keyboard.press('a')
  await expect.poll(() => hello.locator('.kb-badge').first().textContent(), SLOW).toContain('REPLAY')
  await page.keyboard.press('Escape')
})

it('shows every slide with the deck\'s own fonts, and asks for nothing', async () => {
  expect(await page.evaluate(async () => {
    await document.fonts.ready
    return [...document.fonts].some(font => font.status === 'loaded' && font.family.includes('M PLUS 1 Code'))
  })).toBe(true)
  for (const before of Array.from({ length: 17 }, (_, i) => i + 1)) {
    await page.evaluate(no => void (location.hash = `#/${no}`), before)
    await page.locator(`.slidev-page-${before} :is(h1, h2):visible`).first().waitFor(SLOW)
  }
  expect(amiss).toEqual([])
})
