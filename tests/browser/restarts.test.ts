import type { Browser, BrowserContext, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { inTurns } from '../engines/turns.ts'

inTurns('vite-cache')

const ROOT = resolve(import.meta.dirname, '../..')
const SLOW = { timeout: 40_000 }
const DECK = `---
theme: none
addons: ['${ROOT}']
title: Restarts
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

let dir: string
let presentation: Presentation
let browser: Browser
let context: BrowserContext
let presenter: Page
let audience: Page

const shown = (page: Page, step: string) => page.locator(`[data-kb-step="${step}"]:visible`).first()
const write = (text: string): Promise<void> => writeFile(join(dir, 'deck.md'), text)

async function run(step: string): Promise<void> {
  const before = presentation.service.session.runs.length
  await presenter.bringToFront()
  await shown(presenter, step).locator('.kb-run:enabled').click(SLOW)
  await expect.poll(() => presentation.service.session.runs.length, SLOW).toBe(before + 1)
  await expect.poll(() => shown(audience, step).getAttribute('data-phase'), SLOW).toBe('exited')
}

beforeAll(async () => {
  // Inside the repository, so that Slidev's packages resolve.
  await mkdir(join(ROOT, '.kamishibai'), { recursive: true })
  dir = await mkdtemp(join(ROOT, '.kamishibai/restarts-'))
  await write(DECK)
  presentation = await startPresentation({ deck: join(dir, 'deck.md'), trust: true, edit: true })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  await presentation?.close()
  await rm(dir, { recursive: true, force: true })
})

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
  presenter = await context.newPage()
  await presenter.goto(presentation.url.replace('/#', '/presenter/1#'))
  await shown(presenter, 'one').locator('.kb-run:enabled').waitFor(SLOW)
  audience = await context.newPage()
  await audience.goto(`${new URL(presentation.url).origin}/1`)
  await shown(audience, 'one').waitFor(SLOW)
})

afterEach(async () => {
  await context.close()
  await write(DECK)
})

describe('a restart of Slidev keeps the session, its runs and the token', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['of Vite, for a change of its environment', async () => writeFile(join(dir, '.env'), 'VITE_ANY=1\n')],
    // Last, for what it changes is changed back after it.
    ['for a change of the headmatter', async () => write(DECK.replace('fonts: {provider: none}', 'fonts: {provider: none, sans: serif}'))],
  ])('%s', async (_, restart) => {
    const { session, token } = presentation.service
    await run('one')
    const { length } = session.runs
    const loaded = Promise.all([presenter, audience].map(page => page.waitForEvent('domcontentloaded', SLOW)))
    await restart()
    await loaded
    await expect.poll(() => shown(audience, 'one').getAttribute('data-phase'), SLOW).toBe('exited')
    await expect.poll(() => shown(audience, 'one').locator('.kb-screen').textContent(), SLOW).toMatch(/^one\s*$/)
    expect(session.runs).toHaveLength(length)
    await run('one')
    expect(session.runs).toHaveLength(length + 1)
    expect(presentation.service.token).toBe(token)
    // The gate stands before the new server too.
    const strange = await fetch(new URL(presentation.url).origin, { headers: { 'Sec-Fetch-Site': 'cross-site' } })
    expect(strange.status).toBe(403)
  })
})
