import type { Row } from './_row.ts'
import { join } from 'node:path'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { openPage } from './_browser.ts'
import { writeDeck } from './_deck.ts'
import { median, ms } from './_row.ts'

const CLICKS = 20

declare global {
  interface Window { acknowledged?: Promise<number> }
}

/** From a click on the run button to the frame in which the slide shows that the step is on its way. */
export const click: Row = {
  id: 'click',
  what: 'click → visible acknowledgement',
  needs: ['browser'],
  async run({ dir, progress }) {
    const fence = '```sh {run id=quick}\nsleep 0.1; echo done\n```'
    const presentation = await startPresentation({ deck: await writeDeck(join(dir, 'click'), `# Click\n\n${fence}`), mode: 'live', trust: true })
    const { page, close } = await openPage()
    const times: number[] = []
    try {
      await page.goto(presentation.url)
      const button = page.locator('[data-kb-step="quick"]:visible .kb-run:enabled')
      await button.waitFor({ timeout: 120_000 })
      for (let n = 0; n < CLICKS; n++) {
        await page.evaluate(watchClick)
        await button.click()
        times.push(await page.evaluate(async () => await window.acknowledged!))
        await page.locator('[data-kb-step="quick"][data-phase="exited"]:visible').waitFor()
        // A press that follows within the bounce is a slip.
        await page.waitForFunction(
          before => performance.now() > before + 450,
          await page.evaluate(() => performance.now()),
        )
        progress(`${n + 1} of ${CLICKS} clicks`)
      }
    }
    finally {
      await close()
      await presentation.close()
    }
    const slowest = Math.max(...times)
    return [
      { what: 'click → visible acknowledgement, median', budget: 50, value: median(times), unit: 'ms' },
      { what: 'click → visible acknowledgement, slowest', value: slowest, unit: 'ms', ours: ms(slowest) },
    ]
  },
}

/** In the page: times the next click from its own time stamp until after the frame that shows another phase. */
function watchClick(): void {
  const step = document.querySelector('[data-kb-step="quick"]')!
  const before = step.getAttribute('data-phase')
  window.acknowledged = new Promise((resolve) => {
    let clicked = 0
    document.addEventListener('click', event => clicked = event.timeStamp, { capture: true, once: true })
    const observer = new MutationObserver(() => {
      if (!clicked || step.getAttribute('data-phase') === before)
        return
      observer.disconnect()
      requestAnimationFrame(() => {
        const painted = new MessageChannel()
        painted.port1.onmessage = () => resolve(performance.now() - clicked)
        painted.port2.postMessage(undefined)
      })
    })
    observer.observe(step, { attributes: true })
  })
}
