import type { Page } from 'playwright-chromium'
import type { LogEvent } from '../../runners/protocol/event.ts'
import type { Session } from '../../runners/service/session/session.ts'
import type { Row } from './_row.ts'
import { join } from 'node:path'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { openPage } from './_browser.ts'
import { ROOT } from './_deck.ts'
import { ms } from './_row.ts'

const ROUNDS = 5
/** Steps of the fixture's deck that do not succeed: their slides, and what the audience then sees. */
const CASES = [
  { what: 'failure → its recording is offered', slide: 2, step: 'broken', sign: '.kb-rescue' },
  { what: 'deadline → its recording is offered', slide: 3, step: 'late', sign: '.kb-rescue' },
  { what: 'failure → its recording plays (fallback=auto)', slide: 4, step: 'rescued', sign: '.kb-recorded' },
] as const

declare global {
  interface Window { seenAt?: Promise<number> }
}

/** From the exit or the deadline of a step to the frame that offers or plays its recording. */
export const fallback: Row = {
  id: 'fallback',
  what: 'fallback to the recording',
  needs: ['browser'],
  async run({ progress }) {
    const presentation = await startPresentation({ deck: join(ROOT, 'tests/fixtures/decks/stage.md'), mode: 'auto', trust: true })
    const { page, close } = await openPage()
    const { session } = presentation.service
    try {
      const times = new Map<string, number[]>(CASES.map(({ what }) => [what, []]))
      for (let round = 0; round < ROUNDS; round++) {
        for (const { what, slide, step, sign } of CASES) {
          await page.goto(presentation.url.replace('/#', `/${slide}#`))
          times.get(what)!.push(await delayOf(page, session, step, sign))
        }
        await session.reset()
        progress(`${round + 1} of ${ROUNDS} rounds`)
      }
      return [...times].map(([what, values]) => ({ what, budget: 1000, value: Math.max(...values), unit: 'ms', ours: `slowest of ${values.length}, fastest ${ms(Math.min(...values))}` }))
    }
    finally {
      await close()
      await presentation.close()
    }
  },
}

async function delayOf(page: Page, session: Session, step: string, sign: string): Promise<number> {
  const button = page.locator(`[data-kb-step="${step}"]:visible .kb-run:enabled`)
  await button.waitFor({ timeout: 120_000 })
  await page.evaluate(watchFor, { step, sign })
  await button.click()
  const seen = await page.evaluate(async () => await window.seenAt!)
  const run = session.runs.findLast(({ info }) => info.step === step && info.mode === 'live')!
  return seen - run.info.startedAt - dueAt(run.log.from(1)!, run.step.timeoutMs)
}

/** When the run ended badly, or had to be done; in ms since it began. */
function dueAt(events: LogEvent[], timeoutMs: number): number {
  return events.find(event => event.type === 'exit')?.at ?? events.find(event => event.type === 'phase' && event.phase === 'running')!.at + timeoutMs
}

/** In the page: notes the time of the frame in which `sign` stands on the step. */
function watchFor({ step, sign }: { step: string, sign: string }): void {
  window.seenAt = new Promise((resolve) => {
    const look = (): void => {
      if ([...document.querySelectorAll(`[data-kb-step="${step}"] ${sign}`)].some(element => element.checkVisibility()))
        resolve(Date.now())
      else
        requestAnimationFrame(look)
    }
    look()
  })
}
