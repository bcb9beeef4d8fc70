import type { Browser, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/commands/present.ts'
import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { deckFolder } from '../_deck-folder.ts'
import { inTurns } from '../engines/turns.ts'

inTurns('vite-cache')

const ROOT = resolve(import.meta.dirname, '../..')
const SLOW = { timeout: 40_000 }
const DECK = `---
theme: none
addons: ['${ROOT}']
title: Edited
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

\`\`\`sh {run id=two rows=4 needs=one}
echo two
\`\`\`
`

let dir: string
let presentation: Presentation
let browser: Browser
let page: Page

const step = (id: string) => page.locator(`[data-kb-step="${id}"]:visible`).first()
const write = (text: string): Promise<void> => writeFile(join(dir, 'deck.md'), text)
const runsOf = (id: string): number => presentation.service.session.runs.filter(run => run.step.id === id).length

async function run(id: string): Promise<void> {
  const before = runsOf(id)
  await step(id).locator('.kb-run:enabled').click(SLOW)
  await expect.poll(() => runsOf(id), SLOW).toBe(before + 1)
  await expect.poll(() => step(id).getAttribute('data-phase'), SLOW).toBe('exited')
}

beforeAll(async () => {
  dir = await deckFolder('edit')
  await write(DECK)
  presentation = await startPresentation({ deck: join(dir, 'deck.md'), trust: true, edit: true })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  await page.goto(presentation.url.replace('/#', '/1#'))
  await step('one').locator('.kb-run:enabled').waitFor(SLOW)
})

afterAll(async () => {
  await browser?.close()
  await presentation?.close()
  await rm(dir, { recursive: true, force: true })
})

it('a changed step is on the slide as it was saved, with its last result as older, and runs so', async () => {
  await run('one')
  await page.evaluate(() => document.body.setAttribute('data-same', ''))
  await write(DECK.replace('echo one', 'echo other'))
  await expect.poll(() => step('one').locator('.kb-code').textContent(), SLOW).toContain('echo other')
  await expect.poll(() => step('one').locator('.kb-stale').textContent(), SLOW).toBe('older than the code')
  expect(await step('one').locator('.kb-screen').textContent()).toMatch(/^one\s*$/)
  await run('one')
  await expect.poll(() => step('one').locator('.kb-screen').textContent(), SLOW).toMatch(/^other\s*$/)
  expect(await step('one').locator('.kb-stale').count()).toBe(0)
  // It was not loaded again.
  expect(await page.locator('body[data-same]').count()).toBe(1)
})

it('text goes onto the slide as in plain Slidev, and the page is not loaded again', async () => {
  await write(DECK.replace('echo one', 'echo other').replace('First words', 'Other words'))
  await page.getByText('Other words').first().waitFor(SLOW)
  expect(await page.locator('body[data-same]').count()).toBe(1)
})

it('a step comes, breaks, is mended and goes, and what it needs is judged anew', async () => {
  const three = '\n```sh {run id=three rows=4 needs=one}\necho three\n```\n\n---\n\n# Second'
  const more = DECK.replace('echo one', 'echo again').replace('\n---\n\n# Second', three)
  await write(more)
  const ran = runsOf('one')
  await run('three')
  expect(runsOf('one')).toBe(ran + 1)
  await write(more.replace('id=three rows=4', 'id=three rows=nine'))
  await expect.poll(() => page.locator('.kb-problems:visible').textContent(), SLOW).toContain('rows')
  await write(more)
  await expect.poll(() => step('three').locator('.kb-screen').textContent(), SLOW).toMatch(/^three\s*$/)
  await write(DECK)
  await expect.poll(() => page.locator('[data-kb-step="three"]').count(), SLOW).toBe(0)
})

it('a change that wants more than was approved is not taken over', async () => {
  await write(DECK.replace('echo one', 'echo 1').replace('# First words', '# First words\n\n```http {request id=far}\nGET http://example.org/\n```'))
  await page.getByText('example.org').first().waitFor(SLOW)
  expect(await step('one').locator('.kb-code').textContent()).toContain('echo one')
  expect(await page.locator('[data-kb-step="far"]').count()).toBe(0)
  await run('one')
  await expect.poll(() => step('one').locator('.kb-screen').textContent(), SLOW).toMatch(/^one\s*$/)
  await write(DECK.replace('echo one', 'echo 1'))
  await expect.poll(() => step('one').locator('.kb-code').textContent(), SLOW).toContain('echo 1')
})
