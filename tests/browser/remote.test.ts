import type { Browser, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { readKept } from '../../runners/service/store/builds.ts'
import { noteErrors } from './_errors.ts'

const DECK = 'tests/fixtures/decks/remote.md'
const SLOW = { timeout: 60_000 }

let presentation: Presentation
let browser: Browser
let presenter: Page
let viewer: Page
let url: string
const errors: string[] = []
beforeAll(async () => {
  presentation = await startPresentation({ deck: DECK, trust: true, remote: '127.0.0.1:0' })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  url = (await presentation.remote!)[0]!
  presenter = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage()
  await presenter.goto(presentation.url.replace('/#', '/presenter/1#'))
  await presenter.locator('.kb-panel-toggle').waitFor(SLOW)
  viewer = await (await browser.newContext({ viewport: { width: 844, height: 390 } })).newPage()
  noteErrors(viewer, errors)
  await viewer.goto(url)
  await sign('following')
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await presentation?.close()
})

const sign = (which: string): Promise<void> => viewer.locator(`.kb-follow[data-follow="${which}"]`).waitFor(SLOW)
const stepOf = (id: string) => viewer.locator(`[data-kb-step="${id}"]:visible`).first()
const placeOf = (page: Page): string => new URL(page.url()).hash

/** Presses *next*, and waits until the talk has gone on; what comes right after a start would be ignored. */
async function next(): Promise<void> {
  const { pace } = presentation.service.session
  await presenter.waitForFunction(
    before => performance.now() > before + 450,
    await presenter.evaluate(() => performance.now()),
  )
  const before = [pace.slide, pace.clicks].join()
  await presenter.keyboard.press('PageDown')
  await expect.poll(() => [pace.slide, pace.clicks].join(), SLOW).not.toBe(before)
}

it('holds nothing that is the speaker\'s: no notes, no settings, no hidden lines, no recordings, no paths of this machine', async () => {
  const dir = readKept(presentation.service.session.deck, 'remote', process.env)[0]!.dir
  const names = await readdir(dir, { recursive: true })
  expect(names.filter(name => /presenter|notes|recording/i.test(name))).toEqual([])
  const texts = await Promise.all(names.filter(name => /\.(?:html|js|css|json|txt)$/.test(name)).map(name => readFile(join(dir, name), 'utf8')))
  const site = texts.join('\n')
  expect(site).toContain('what comes later')
  for (const own of ['note for the speaker', 'i-carbon:user-speaker', 'NAME_OF_A_VARIABLE', 'a hidden line', resolve('.'), homedir().length > 5 ? homedir() : DECK, '10min'])
    expect(site).not.toContain(own)
})

it('goes through the slides with the talk and shows what runs, without a button', async () => {
  await next()
  await expect.poll(() => placeOf(viewer), SLOW).toBe('#/2')
  expect(await stepOf('told').textContent()).not.toContain('told by 42')
  await next()
  await expect.poll(() => stepOf('told').textContent(), SLOW).toContain('told by 42')
  await expect.poll(() => placeOf(viewer), SLOW).toBe('#/2?clicks=1')
  expect(await stepOf('told').locator('.kb-badge').textContent()).toContain('LIVE')
  expect(await viewer.locator('.kb-run').count()).toBe(0)
  await viewer.keyboard.press('r')
  await expect.poll(() => presentation.service.session.remote.now.viewers).toBe(1)
  expect(presentation.service.session.runs).toHaveLength(1)
})

it('lets the viewer turn a page, and go back to the talk', async () => {
  await viewer.keyboard.press('ArrowLeft')
  await viewer.keyboard.press('ArrowLeft')
  await sign('away')
  await next()
  expect(placeOf(viewer)).not.toContain('clicks=2')
  await viewer.locator('.kb-follow button').click()
  await expect.poll(() => placeOf(viewer), SLOW).toBe('#/2?clicks=2')
  await sign('following')
})

it('opens over the slide what the talk opens there', async () => {
  await presenter.locator('[data-kb-extra="more"]:visible').first().click()
  await expect.poll(() => viewer.locator('.kb-overlay').textContent(), SLOW).toContain('more than 42')
  await presenter.keyboard.press('Escape')
  await expect.poll(() => viewer.locator('.kb-overlay').count(), SLOW).toBe(0)
})

it('shows the terminals of the talk only where the step says remote', async () => {
  await next()
  const { session } = presentation.service
  for (const id of ['typed', 'shared'])
    await session.start(id).moment
  await expect.poll(() => stepOf('shared').textContent(), SLOW).toContain('shown at 42')
  await expect.poll(() => stepOf('typed').textContent(), SLOW).toContain('on stage only')
  expect(await stepOf('typed').textContent()).not.toContain('typed at 42')
})

it('says that the connection is lost, can be read on, and follows the talk that goes on', async () => {
  const { port } = new URL(url)
  await presenter.close()
  await presentation.close()
  await sign('lost')
  await viewer.keyboard.press('ArrowLeft')
  await expect.poll(() => placeOf(viewer), SLOW).toContain('#/2')
  await expect.poll(() => stepOf('told').textContent(), SLOW).toContain('told by 42')
  presentation = await startPresentation({ deck: DECK, trust: true, remote: `127.0.0.1:${port}` })
  await presentation.remote
  await expect.poll(() => viewer.locator('.kb-follow').getAttribute('data-follow'), SLOW).not.toBe('lost')
  presentation.service.session.pace.show(3)
  await viewer.locator('.kb-follow button').click(SLOW)
  await expect.poll(() => placeOf(viewer), SLOW).toBe('#/3')
  expect(errors).toEqual([])
}, 300_000)
