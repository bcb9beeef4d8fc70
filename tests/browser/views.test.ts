import type { Browser, Locator, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { exportDeck } from '../../runners/cli/commands/export.ts'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { takeTurn } from '../engines/turns.ts'
import { crowdDeck, crowdMs } from './_crowd.ts'
import { cacheOf } from './_stage.ts'

const DECK = 'tests/fixtures/decks/views.md'
const SLOW = { timeout: 20_000 }
/** Of 60 in a second, in ms. */
const FRAME = 1000 / 60

let browser: Browser

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
})

/** A page on a deck that is replayed, both gone with the test; errors of the page fail it. */
async function present(
  deck: string,
  cacheDir?: string,
): Promise<{ presentation: Presentation, page: Page, open: (slide: number) => Promise<Locator> }> {
  const presentation = await startPresentation({ deck, mode: 'replay', trust: true, cacheDir })
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
  const page = await context.newPage()
  const errors: Error[] = []
  page.on('pageerror', error => errors.push(error))
  onTestFinished(async () => {
    await context.close()
    await presentation.close()
    expect(errors).toEqual([])
  })
  return {
    presentation,
    page,
    async open(slide) {
      await page.goto(presentation.url.replace('/#', `/${slide}#`))
      const view = page.locator('.kb-view:visible').first()
      await view.waitFor({ timeout: 60_000 })
      return view
    },
  }
}

/** Tells how long the page's main thread has worked, in ms of processor time. */
async function watchWork(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000
  }
}

/** What a person who sees nothing is told. */
async function labelOf(view: Locator): Promise<string | null> {
  return view.locator('[aria-label]').first().getAttribute('aria-label')
}

it('shows a run in every view as figures, names and words', async () => {
  const { presentation, page, open } = await present(DECK, cacheOf(DECK))
  const { session } = presentation.service
  const play = async (...steps: string[]): Promise<void> =>
    void (await Promise.all(steps.map(step => session.start(step, { replay: true }).over)))

  let view = await open(1)
  await expect.poll(() => view.textContent()).toContain('No containers yet')
  await play('many')
  await expect.poll(() => view.textContent(), SLOW).toContain('6 containers · 5 running · 1 exited')
  expect(await labelOf(view)).toContain('view-box2 exited (137, SIGKILL)')
  // Again is the same view at another time.
  await page.keyboard.press('a')
  await page.locator('.kb-again input').fill('0')
  await expect.poll(() => view.textContent(), SLOW).toContain('No containers yet')
  await page.keyboard.press('Escape')
  await expect.poll(() => view.textContent(), SLOW).toContain('6 containers')

  view = await open(2)
  await play('net')
  await expect.poll(() => labelOf(view), SLOW).toMatch(/^host; view-front 172\.\d+\.0\.0\/16: view-web 172\.\d+\.0\.\d+ 127\.0\.0\.1:18090→8080, view-api 172\.\d+\.0\.\d+; view-back 172\.\d+\.0\.0\/16 internal: view-api 172\.\d+\.0\.\d+, view-db 172\.\d+\.0\.\d+$/)
  expect(await view.locator('svg text').allTextContents()).toEqual(expect.arrayContaining(['NAT', 'view-db', '127.0.0.1:18090', '8080']))

  view = await open(3)
  await play('burn')
  await expect.poll(() => view.textContent(), SLOW).toMatch(/2 containers.*view-idle \d+ KiB.*view-busy \d+ KiB/s)
  await expect.poll(() => labelOf(view), SLOW).toMatch(/memory \d\.\d MiB, CPU \d+(?:\.\d)? %/)

  view = await open(4)
  await play('ask')
  await expect.poll(() => view.textContent(), SLOW).toMatch(/30 requests · median [\d.]+ ms, slowest \d+ ms/)
  await expect.poll(() => view.locator('circle').count(), SLOW).toBe(30)

  view = await open(5)
  await play('slow', 'fast')
  await expect.poll(() => view.textContent(), SLOW).toContain('a fast one: ')
  expect(await labelOf(view)).toMatch(/^a slow one: 0\.\d\d s, up; a fast one: 0\.\d\d s, up; a fast one: \d+(?:\.\d)? times as fast$/)
  expect(await view.locator('.kb-racer-vm .kb-badge').textContent()).toBe('emulated')
})

describe('a crowd', () => {
  it.each([0, 1, 500])('of %i objects is drawn in time', async (count) => {
    const deck = await crowdDeck(count)
    onTestFinished(deck.remove)
    const { presentation, page, open } = await present(deck.file)
    const work = await watchWork(page)
    for (let slide = 1; slide <= deck.slides; slide++) {
      const view = await open(slide)
      await page.evaluate(watchFrames)
      const before = await work()
      await presentation.service.session.start('crowd', { replay: true }).over
      await expect.poll(() => labelOf(view), SLOW).toMatch(count ? new RegExp(`^${count} (?:container|request)s?\\b|network-0 10\\.0\\.0\\.0/24: container-0|^${count - Math.floor(count / 10)} containers?\\b|^crowd: |^\\d+ of ${count} pods? running|^${count} pod: |^control plane|^Scheduled `) : /^(?:No |0 |crowd: |Nothing )/)
      const share = (await work() - before) / crowdMs(count) * FRAME
      const { median, longest } = await page.evaluate(() => window.frameTimes!())
      console.log(`${count} objects, slide ${slide}: ${share.toFixed(1)} ms of work for a frame; median frame ${median.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`)
      // What else runs on the machine makes frames late, but takes none of the page's own time.
      expect(share).toBeLessThan(FRAME)
      const box = (await view.boundingBox())!
      expect(box.y + box.height).toBeLessThanOrEqual(721)
    }
  }, 300_000)
})

it('shows whole what it shows in a low box', async () => {
  const crowd = await crowdDeck(3)
  onTestFinished(crowd.remove)
  const { page, open } = await present(crowd.file)
  const start = async (): Promise<void> => {
    await open(1)
    await page.locator('[data-kb-step="crowd"]:visible .kb-run:enabled').first().click()
    await expect.poll(() => page.locator('[data-kb-step="crowd"]:visible').first().getAttribute('data-phase'), SLOW).toBe('exited')
  }
  await start()
  for (const slide of [2, 8]) {
    const view = await open(slide)
    for (const height of [330, 240, 200, 120, 70]) {
      await view.evaluate((element, height) => Object.assign(element.style, { flex: 'none', height: `${height}px` }), height)
      await expect.poll(() => view.evaluate(element => (element as HTMLElement).offsetHeight)).toBe(height)
      // One pixel for what a line is wide.
      await expect.poll(() => view.locator('svg').evaluate((svg) => {
        const edge = svg.getBoundingClientRect()
        const outside = (part: Element): boolean => {
          const { left, top, right, bottom } = part.getBoundingClientRect()
          return left < edge.left - 1 || top < edge.top - 1 || right > edge.right + 1 || bottom > edge.bottom + 1
        }
        const parts = [...svg.querySelectorAll('text, rect')]
        return [parts.length > 4, parts.filter(outside).map(part => part.outerHTML)]
      }), SLOW).toEqual([true, []])
    }
  }
})

it('prints as text and vectors, at the moments that the deck names', async () => {
  onTestFinished(await takeTurn('vite-cache'))
  const dir = mkdtempSync(join(tmpdir(), 'kamishibai-pdf-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const pdf = join(dir, 'views.pdf')
  expect(await exportDeck({ deck: DECK, format: 'pdf', output: pdf, dark: false })).toBe(0)
  const text = (page: number): string => execFileSync('pdftotext', ['-layout', '-f', String(page), '-l', String(page), pdf, '-'], { encoding: 'utf8' })
  expect(text(1)).toMatch(/at the start\s+at the end/)
  expect(text(1)).toMatch(/No containers yet\s+6 containers/)
  expect(text(2)).toMatch(/127\.0\.0\.1:18090/)
  expect(text(2)).toMatch(/view-web\s+view-api\s+view-db/)
  expect(text(3)).toMatch(/2 containers/)
  expect(text(4)).toMatch(/30 requests/)
  expect(text(5)).toMatch(/times as fast/)
  // What is there on request came later than all that the slide shows of itself.
  expect(text(6)).toMatch(/No containers yet\s+1 container\b/)
  expect(execFileSync('pdfimages', ['-list', pdf], { encoding: 'utf8' }).trim().split('\n').length).toBeLessThanOrEqual(2)
})

declare global {
  interface Window { frameTimes?: () => { median: number, longest: number } }
}

/** In the page: measures the time between frames from now on. */
function watchFrames(): void {
  const frames: number[] = []
  let last: number | undefined
  requestAnimationFrame(function next(time) {
    if (last !== undefined)
      frames.push(time - last)
    last = time
    requestAnimationFrame(next)
  })
  window.frameTimes = () => {
    const sorted = frames.toSorted((a, b) => a - b)
    return { median: sorted[sorted.length >> 1] ?? 0, longest: sorted.at(-1) ?? 0 }
  }
}
