import type { Browser, BrowserContext, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SLOW = { timeout: 40_000 }
const DECK = `---
theme: none
addons: ['${ROOT}']
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
  dir = await mkdtemp(join(ROOT, '.kamishibai/changes-'))
  await write(DECK)
  presentation = await startPresentation({ deck: join(dir, 'deck.md'), trust: true })
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
  await expect.poll(() => presentation.service.session.change.now.state, SLOW).toBe('none')
})

it('a change of the deck leaves the slides as at the start, in what is shown and in what runs, and only the presenter is told', async () => {
  await run('one')
  await write(DECK.replace('echo one', 'echo other').replace('First words', 'Other words'))
  await expect.poll(() => presenter.locator('.kb-drift').textContent().then(text => text?.trim()), SLOW).toMatch(/^Changed on disk: 1 step differs\s+u take it$/)
  // Above all that Slidev has around the slide.
  const [note, slides] = await Promise.all([presenter.locator('.kb-drift'), presenter.getByRole('button', { name: 'Slides', exact: true })].map(part => part.boundingBox()))
  expect(note!.y + note!.height).toBeLessThanOrEqual(slides!.y)
  await audience.reload()
  await audience.getByText('First words').first().waitFor(SLOW)
  expect(await audience.locator('.kb-drift').count()).toBe(0)
  await expect.poll(() => shown(audience, 'one').locator('.kb-code').textContent(), SLOW).toContain('echo one')
  await run('one')
  await expect.poll(() => shown(audience, 'one').locator('.kb-screen').textContent(), SLOW).toMatch(/^one\s*$/)
  await write(DECK)
  await expect.poll(() => presenter.locator('.kb-drift').count(), SLOW).toBe(0)
})

it('takes the change with one key: windows show it at their slides, and runs of other steps stay', async () => {
  const { session } = presentation.service
  await run('one')
  // Right after a start, a press is a slip.
  await expect.poll(async () => {
    await presenter.keyboard.press('ArrowRight')
    return new URL(audience.url()).pathname
  }, SLOW).toBe('/2')
  await run('two')
  const { length } = session.runs
  await write(DECK.replace('echo one', 'echo other').replace('Second slide', 'Other slide').replace('First words', 'Other words'))
  await presenter.locator('.kb-take').waitFor(SLOW)
  await presenter.keyboard.press('u')
  // Built in the background, it takes its time.
  for (const page of [presenter, audience])
    await page.locator('h1:visible', { hasText: 'Other slide' }).first().waitFor({ timeout: 90_000 })
  expect(new URL(audience.url()).pathname).toBe('/2')
  await expect.poll(() => shown(audience, 'two').locator('.kb-screen').textContent(), SLOW).toMatch(/^two\s*$/)
  expect(session.runs).toHaveLength(length)
  await presenter.keyboard.press('ArrowLeft')
  await audience.locator('h1:visible', { hasText: 'Other words' }).first().waitFor(SLOW)
  await expect.poll(() => shown(audience, 'one').locator('.kb-code').textContent(), SLOW).toContain('echo other')
  await expect.poll(() => shown(audience, 'one').textContent(), SLOW).toContain('older than the code')
  await run('one')
  await expect.poll(() => shown(audience, 'one').locator('.kb-screen').textContent(), SLOW).toMatch(/^other\s*$/)
  // As it was, for who comes next.
  await write(DECK)
  await presenter.locator('.kb-take').waitFor(SLOW)
  await presenter.locator('.kb-take').click()
  await audience.getByText('First words').first().waitFor({ timeout: 90_000 })
}, 240_000)
