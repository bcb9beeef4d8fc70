import type { Row } from './_row.ts'
import { join } from 'node:path'
import process from 'node:process'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { longestTask, openPage } from './_browser.ts'
import { writeDeck } from './_deck.ts'
import { collectGarbage, ms } from './_row.ts'

const LINE = `${'0123456789'.repeat(7)}abcdefghi`
/** Bytes that the program writes. */
const BYTES = 200 * 1024 * 1024
const LINES = BYTES / (LINE.length + 1)
/** A terminal sends a carriage return before each line feed. */
const EXPECTED = BYTES + LINES
/** How often the service's memory is looked at, in ms. */
const INTERVAL = 100
const MIB = 1024 * 1024

/** A program that writes 200 MB: what the recorder counts, how long the page is blocked, how much the service grows. */
export const flood: Row = {
  id: 'flood',
  what: '200 MB of output',
  needs: ['browser'],
  async run({ dir, progress }) {
    const fence = `\`\`\`sh {run id=flood timeout=300s rows=12}\nyes ${LINE} | head -c ${BYTES}\n\`\`\``
    const file = await writeDeck(join(dir, 'flood'), `# Flood\n\n${fence}`, 'kamishibai:\n  limits: { outputMiB: 256 }\n')
    const presentation = await startPresentation({ deck: file, mode: 'live', trust: true })
    const { session } = presentation.service
    const { page, close } = await openPage()
    try {
      await page.goto(presentation.url)
      await page.locator('[data-kb-step="flood"]:visible .kb-run:enabled').waitFor({ timeout: 120_000 })
      await page.context().browser()!.startTracing(page, { categories: ['toplevel'] })
      collectGarbage()
      const before = process.memoryUsage.rss()
      let most = before
      const timer = setInterval(() => most = Math.max(most, process.memoryUsage.rss()), INTERVAL)
      const began = performance.now()
      await page.locator('[data-kb-step="flood"]:visible .kb-run').click()
      await page.locator('[data-kb-step="flood"][data-phase="exited"]:visible, [data-kb-step="flood"][data-phase="failed"]:visible').waitFor({ timeout: 300_000 })
      const seconds = (performance.now() - began) / 1000
      clearInterval(timer)
      progress(`written in ${seconds.toFixed(1)} s`)
      const longest = longestTask(await page.context().browser()!.stopTracing())
      const run = session.runOf('flood')!
      let recorded = 0
      for await (const event of run.log.all()) {
        if (event.type === 'output')
          recorded += event.data.length
      }
      return [
        { what: '200 MB: bytes that the recorder lacks', budget: 0, value: Math.abs(EXPECTED - recorded), unit: 'bytes', ours: `${recorded} of ${EXPECTED}` },
        { what: '200 MB: longest task of the browser', budget: 50, value: longest.processor, unit: 'ms', ours: `${ms(longest.clock)} on the clock` },
        { what: '200 MB: growth of the service', budget: 64, value: (most - before) / MIB, unit: 'MiB', ours: `${Math.round(before / MIB)} → ${Math.round(most / MIB)} MiB` },
      ]
    }
    finally {
      await close()
      await presentation.close()
    }
  },
}
