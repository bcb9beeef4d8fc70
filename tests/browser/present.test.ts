import type { Browser } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { noteErrors } from './_errors.ts'

let presentation: Presentation
let browser: Browser

beforeAll(async () => {
  presentation = await startPresentation({ deck: 'slides/tour.md', mode: 'replay', trust: false })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  await presentation?.close()
})

it('plays a step on the slide from its recording, keeps the token out of sight, and asks nothing of the internet', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  const left: string[] = []
  const errors: string[] = []
  page.on('request', (request) => {
    if (!/^(?:http|ws):\/\/127\.0\.0\.1:|^(?:data|blob):/.test(request.url()))
      left.push(request.url())
  })
  noteErrors(page, errors)
  await page.goto(presentation.url)
  const step = page.locator('[data-kb-step="hello"]:visible').first()
  await step.locator('.kb-run').first().click({ timeout: 60_000 })
  await expect.poll(() => step.getAttribute('data-phase'), { timeout: 20_000 }).toBe('exited')
  await expect.poll(() => step.textContent()).toContain('line 3')
  expect(presentation.service.session.runs).toHaveLength(1)
  expect(presentation.service.session.runOf('hello')!.info.mode).toBe('replay')
  expect(page.url()).not.toContain(presentation.service.token)
  expect(left).toEqual([])
  expect(errors).toEqual([])
})

it('starts one run for a double click', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  await page.goto(presentation.url.replace('/#', '/5#'))
  const step = page.locator('[data-kb-step="count"]:visible').first()
  await step.locator('.kb-run').first().dblclick({ timeout: 60_000 })
  await expect.poll(() => step.getAttribute('data-phase'), { timeout: 20_000 }).toBe('exited')
  expect(presentation.service.session.runs.filter(run => run.info.step === 'count')).toHaveLength(1)
})

it('runs nothing for a page without the token', async () => {
  const before = presentation.service.session.runs.length
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${new URL(presentation.url).origin}/`)
  await page.locator('[data-kb-step="hello"]:visible').first().waitFor({ timeout: 60_000 })
  await page.keyboard.press('r')
  await expect.poll(() => page.locator('[data-kb-step="hello"]:visible').first().textContent(), { timeout: 20_000 }).toBeTruthy()
  expect(presentation.service.session.runs).toHaveLength(before)
})
