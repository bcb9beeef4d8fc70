import type { Browser, BrowserContext, Locator, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { deckFolder } from '../_deck-folder.ts'

export const SLOW = { timeout: 40_000 }

export const DECK = `---
theme: none
addons: ['${resolve(import.meta.dirname, '../..')}']
title: Changes
lang: en
favicon: 'data:,'
mcp: false
fonts: {provider: none}
---

# First words

\`\`\`sh {run id=one rows=4}
echo one
\`\`\`

---

# Second slide

\`\`\`sh {run id=two rows=4}
echo two
\`\`\`
`

/** A deck that changes while it is served, with a presenter and an audience at its first slide. */
export interface Changing {
  dir: string
  presentation: Presentation
  presenter: Page
  audience: Page
  write: (text: string) => Promise<void>
  /** Runs a step from the presenter's window, until the audience sees its end. */
  run: (step: string) => Promise<void>
}

/** A step as a window shows it. */
export const shown = (page: Page, step: string): Locator => page.locator(`[data-kb-step="${step}"]:visible`).first()

/** Serves {@link DECK} for the tests of a file: presented, or edited. After each test it is as it was. */
export function onChanging({ edit = false } = {}): Changing {
  let browser: Browser
  let context: BrowserContext
  const talk = {
    write: text => writeFile(join(talk.dir, 'deck.md'), text),
    async run(step) {
      const { service: { session } } = talk.presentation
      const before = session.runs.length
      await talk.presenter.bringToFront()
      await shown(talk.presenter, step).locator('.kb-run:enabled').click(SLOW)
      await expect.poll(() => session.runs.length, SLOW).toBe(before + 1)
      await expect.poll(() => shown(talk.audience, step).getAttribute('data-phase'), SLOW).toBe('exited')
    },
  } as Changing

  beforeAll(async () => {
    talk.dir = await deckFolder('changes')
    await talk.write(DECK)
    talk.presentation = await startPresentation({ deck: join(talk.dir, 'deck.md'), trust: true, edit })
    browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  })

  afterAll(async () => {
    await browser?.close()
    await talk.presentation?.close()
    await rm(talk.dir, { recursive: true, force: true })
  })

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
    talk.presenter = await context.newPage()
    await talk.presenter.goto(talk.presentation.url.replace('/#', '/presenter/1#'))
    await shown(talk.presenter, 'one').locator('.kb-run:enabled').waitFor(SLOW)
    talk.audience = await context.newPage()
    await talk.audience.goto(`${new URL(talk.presentation.url).origin}/1`)
    await shown(talk.audience, 'one').waitFor(SLOW)
  })

  afterEach(async () => {
    await context.close()
    await talk.write(DECK)
    await expect.poll(() => talk.presentation.service.session.change.now.state, SLOW).toBe('none')
  })
  return talk
}
