import type { Browser, BrowserContext, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { chromium } from 'playwright-chromium'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { noteErrors } from './_errors.ts'

/** A deck that is presented, and a page of its own for each test. */
export interface Stage { presentation: Presentation, context: BrowserContext, page: Page }

export interface StageOptions {
  /** Its name among the decks for tests. @default the one of the clicker's tests */
  deck?: string
  /** @default auto */
  mode?: 'auto' | 'replay'
  /** What pages may do without asking. @default nothing */
  permissions?: string[]
}

/** Goes to a slide as the browser's own buttons do: the page stays. */
export async function goTo(page: Page, slide: number): Promise<void> {
  await page.evaluate((path) => {
    history.pushState({}, '', path)
    dispatchEvent(new PopStateEvent('popstate', { state: {} }))
  }, `/${slide}`)
}

/** Presents a deck for the tests of a file; each fails on an error in its page. */
export function onStage({ deck = 'stage', mode = 'auto', permissions }: StageOptions = {}): Stage {
  const stage = {} as Stage
  const errors: string[] = []
  let browser: Browser
  beforeAll(async () => {
    const file = `tests/fixtures/decks/${deck}.md`
    stage.presentation = await startPresentation({ deck: file, mode, trust: true })
    browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  })
  afterAll(async () => {
    await browser?.close()
    await stage.presentation?.close()
  })
  beforeEach(async () => {
    stage.context = await browser.newContext({ viewport: { width: 1280, height: 720 }, permissions })
    stage.page = await stage.context.newPage()
    noteErrors(stage.page, errors)
  })
  afterEach(async () => {
    await stage.context.close()
    expect(errors.splice(0)).toEqual([])
  })
  return stage
}
