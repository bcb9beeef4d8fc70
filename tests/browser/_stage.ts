import type { Browser, BrowserContext, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { basename, dirname, join, resolve } from 'node:path'
import process from 'node:process'
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

/**
 * Where Vite keeps what it made of packages for the decks of a folder. For decks of another folder it would make all
 * anew, and what two servers write at once each would take from the other: it is this worker's own.
 */
export function cacheOf(deck: string): string {
  return join(import.meta.dirname, '../../node_modules/.vite/tests', `${process.env.VITEST_POOL_ID}-${basename(dirname(resolve(deck)))}`)
}

/** Presents a deck for the tests of a file; each fails on an error in its page. */
export function onStage({ deck = 'stage', mode = 'auto', permissions }: StageOptions = {}): Stage {
  const stage = {} as Stage
  const errors: string[] = []
  let browser: Browser
  beforeAll(async () => {
    const file = `tests/fixtures/decks/${deck}.md`
    stage.presentation = await startPresentation({ deck: file, mode, trust: true, cacheDir: cacheOf(file) })
    browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  })
  afterAll(async () => {
    await browser?.close()
    await stage.presentation?.close()
  })
  beforeEach(async () => {
    stage.context = await browser.newContext({ viewport: { width: 1280, height: 720 }, permissions })
    // Vite makes a deck's packages ready when its first page is asked for.
    stage.context.setDefaultNavigationTimeout(90_000)
    stage.page = await stage.context.newPage()
    noteErrors(stage.page, errors)
  })
  afterEach(async () => {
    await stage.context.close()
    expect(errors.splice(0)).toEqual([])
  })
  return stage
}
