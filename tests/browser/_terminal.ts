import type { Page } from 'playwright-chromium'
import type { Run } from '../../runners/service/run/types.ts'
import type { Stage } from './_stage.ts'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'vitest'
import { onStage } from './_stage.ts'

export const SLOW = { timeout: 20_000 }

/** A presentation with a real terminal, and what a person does with it and sees of it. */
export interface TerminalStage {
  stage: Stage
  /** The run of a step, by default of the shell. */
  runOf: (step?: string) => Run
  /** What it wrote, as text. */
  log: (step?: string) => string
  /** What stands in the terminal of a page, by default of the presenter's. */
  rows: (on?: Page) => Promise<string>
  /** Who gets the keys. */
  keys: (on?: Page) => Promise<string | null>
  slideOf: () => string
  /** Opens a slide. */
  open: (path: string) => Promise<void>
  /** Opens the slide with a fresh shell that has typed its line. */
  openShell: () => Promise<void>
  /** A second window on a slide. */
  openAudience: (path: string) => Promise<Page>
  /** Gives the terminal the keys, by key. */
  enter: () => Promise<void>
  /** Types a line. */
  type: (line: string) => Promise<void>
}

/** Presents the deck of the terminals' tests for the tests of a file. */
export function onTerminal(): TerminalStage {
  const stage = onStage({ deck: 'terminal', permissions: ['clipboard-read', 'clipboard-write'] })
  const runOf = (step = 'shell'): Run => stage.presentation.service.session.runOf(step)!
  const rows = async (on = stage.page): Promise<string> =>
    (await on.locator('.kb-xterm:visible .xterm-rows > div').allTextContents()).map(row => row.replaceAll('\u00A0', ' ').trimEnd()).join('\n').trimEnd()
  const keys = (on = stage.page): Promise<string | null> => on.locator('.kb-xterm-box:visible').getAttribute('data-keys')
  async function open(path: string): Promise<void> {
    await stage.page.goto(stage.presentation.url.replace('/#', `/${path}#`))
    await expect.poll(() => stage.page.locator('[data-kb-step]:visible .kb-button:enabled').count(), { timeout: 60_000 }).toBeGreaterThan(0)
  }
  return {
    stage,
    runOf,
    log: step => stripVTControlCharacters(runOf(step).log.text()).replaceAll('\r', ''),
    rows,
    keys,
    slideOf: () => new URL(stage.page.url()).pathname.split('/').at(-1)!,
    open,
    async openShell() {
      await open('2')
      await stage.page.locator('[data-kb-step="shell"]:visible .kb-run').first().click()
      await expect.poll(() => runOf()?.log.state.phase, SLOW).toBe('ready')
      await expect.poll(() => rows(), SLOW).toMatch(/echo ready\nready\n\$$/)
    },
    async openAudience(path) {
      const audience = await stage.context.newPage()
      await audience.goto(`${new URL(stage.presentation.url).origin}/${path}`)
      return audience
    },
    async enter() {
      await stage.page.evaluate(() => (document.activeElement as HTMLElement).blur())
      await stage.page.keyboard.press('t')
      await expect.poll(() => keys()).toBe('all')
    },
    type: line => stage.page.keyboard.type(`${line}\n`),
  }
}
