import { chromium } from 'playwright-chromium'
import { expect, it, onTestFinished } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'

const SLOW = { timeout: 60_000 }

declare global {
  interface Window { podFrames?: () => { frames: number, left: boolean, outside: string[] } }
}

/** In the page: looks in each frame from now on for pods that are going, and for pods below their node. */
function watchPods(): void {
  const seen = { frames: 0, left: false, outside: [] as string[] }
  requestAnimationFrame(function next() {
    seen.frames++
    for (const pod of document.querySelectorAll<HTMLElement>('.kb-node .kb-pod')) {
      seen.left ||= pod.classList.contains('kb-life-leave-active')
      const { top, height } = pod.getBoundingClientRect()
      if (top + height / 2 > pod.closest('.kb-node')!.getBoundingClientRect().bottom && !seen.outside.includes(pod.title))
        seen.outside.push(pod.title)
    }
    requestAnimationFrame(next)
  })
  window.podFrames = () => seen
}

it('keeps each pod inside of its node while another goes', async () => {
  const presentation = await startPresentation({ deck: 'slides/seminar.md', mode: 'replay', trust: true })
  onTestFinished(() => presentation.close().then(() => {}))
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  onTestFinished(() => browser.close())
  const { session } = presentation.service
  const { id, slide } = session.deck.steps.find(({ id }) => id === 'heal')!
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  await page.goto(presentation.url.replace('/#', `/${slide}#`))
  const view = page.locator('.kb-view:visible').first()
  await view.waitFor(SLOW)
  await page.evaluate(watchPods)
  await session.start(id, { replay: true }).over
  // The one that was there at first is gone with its animation.
  await expect.poll(() => page.evaluate(() => window.podFrames!().left), SLOW).toBe(true)
  await expect.poll(() => view.locator('.kb-pod.kb-life-leave-active').count(), SLOW).toBe(0)
  await expect.poll(() => view.textContent(), SLOW).toMatch(/3 \/ 3/)
  const { frames, outside } = await page.evaluate(() => window.podFrames!())
  expect(outside, `${frames} frames`).toEqual([])
})
