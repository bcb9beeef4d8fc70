import type { Browser, Locator, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import type { Crowd } from './_crowd.ts'
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
import { noteErrors } from './_errors.ts'
import { goTo } from './_stage.ts'

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

/** A page on a deck that is replayed. */
interface Replayed {
  presentation: Presentation
  page: Page
  /** Goes to a slide; gives its first view. */
  open: (slide: number) => Promise<Locator>
  /** Fails on errors of the page. */
  close: () => Promise<void>
}

async function present(deck: string): Promise<Replayed> {
  const presentation = await startPresentation({ deck, mode: 'replay', trust: true })
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
  const page = await context.newPage()
  const errors: string[] = []
  noteErrors(page, errors)
  return {
    presentation,
    page,
    async open(slide) {
      if (page.url() === 'about:blank')
        await page.goto(presentation.url.replace('/#', `/${slide}#`), { timeout: 90_000 })
      else
        await goTo(page, slide)
      const view = page.locator(`.slidev-page-${slide}:visible .kb-view`).first()
      await view.waitFor({ timeout: 60_000 })
      return view
    },
    async close() {
      await context.close()
      await presentation.close()
      expect(errors).toEqual([])
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
  const { presentation, page, open, close } = await present(DECK)
  onTestFinished(close)
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
  let crowd: Crowd
  let replayed: Replayed
  const play = (): Promise<void> => replayed.presentation.service.session.start('crowd', { replay: true }).over

  beforeAll(async () => {
    crowd = await crowdDeck()
    await crowd.record(0)
    replayed = await present(crowd.file)
  })

  afterAll(async () => {
    await replayed?.close()
    await crowd?.remove()
  })

  it.each([0, 1, 500])('of %i objects is drawn in time', async (count) => {
    const { page, open } = replayed
    await crowd.record(count)
    const work = await watchWork(page)
    for (let slide = 1; slide <= crowd.slides; slide++) {
      const view = await open(slide)
      await page.evaluate(watchFrames)
      const before = await work()
      await play()
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

  it('of three is shown whole in a low box, and not at all in one that is too low', async () => {
    await crowd.record(3)
    for (const slide of [2, 8]) {
      const view = await replayed.open(slide)
      await play()
      const resize = async (height: number): Promise<void> => {
        await view.evaluate((element, height) => Object.assign(element.style, { flex: 'none', height: `${height}px` }), height)
        await expect.poll(() => view.evaluate(element => (element as HTMLElement).offsetHeight)).toBe(height)
      }
      for (const height of [330, 240, 200, 120]) {
        await resize(height)
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
      await resize(70)
      await expect.poll(() => view.locator('.kb-too-small').count(), SLOW).toBe(1)
    }
  })
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
