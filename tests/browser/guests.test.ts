import type { Locator } from 'playwright-chromium'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { kamishibai } from '../_cli.ts'
import { takeTurn } from '../engines/turns.ts'
import { onStage } from './_stage.ts'

const SLOW = { timeout: 20_000 }
const stage = onStage({ deck: 'guests', mode: 'replay' })

async function open(slide: number, css = ''): Promise<Locator> {
  const { page, presentation } = stage
  await page.goto(presentation.url.replace('/#', `/${slide}#`))
  const layout = page.locator('.slidev-layout:visible').first()
  await layout.locator('.kb-status').first().waitFor({ timeout: 60_000 })
  if (css)
    await page.addStyleTag({ content: css })
  return layout
}

function styleOf<K extends keyof CSSStyleDeclaration>(element: Locator, name: K): Promise<CSSStyleDeclaration[K]> {
  return element.evaluate((node, name) => getComputedStyle(node)[name as K], name as string)
}

it('keeps columns and rows where a slide is centred', async () => {
  const layout = await open(1)
  const screen = layout.locator('.kb-screen-box')
  // Twelve lines, where its content alone would have two.
  await expect.poll(async () => (await screen.boundingBox())!.height, SLOW).toBeGreaterThan(390)
  await stage.presentation.service.session.start('hello', { replay: true }).over
  await expect.poll(() => screen.textContent(), SLOW).toContain('line 3')
  const [box, slide] = [(await screen.boundingBox())!, (await layout.boundingBox())!]
  expect(box.height).toBeGreaterThan(390)
  expect(box.width).toBeGreaterThan(slide.width * 0.8)
  expect(box.y + box.height).toBeLessThanOrEqual(slide.y + slide.height)
  expect(await styleOf(layout.locator('h1'), 'textAlign')).toBe('center')
  expect(await styleOf(screen.locator('pre'), 'textAlign')).toBe('start')
})

it('keeps the deck\'s look of pre out of its screens', async () => {
  const layout = await open(1, '.slidev-layout pre { border: 1px dashed red; margin: 9px; padding: 9px; max-height: 20px; box-shadow: 0 0 9px red; color: red; background: yellow; white-space: normal; overflow: hidden }')
  const screen = layout.locator('.kb-screen')
  expect(await screen.evaluate((node) => {
    const { borderTopWidth, marginTop, paddingTop, boxShadow, backgroundColor, whiteSpace, overflow }
      = getComputedStyle(node)
    return { borderTopWidth, marginTop, paddingTop, boxShadow, backgroundColor, whiteSpace, overflow }
  })).toEqual({ borderTopWidth: '0px', marginTop: '0px', paddingTop: '0px', boxShadow: 'none', backgroundColor: 'rgba(0, 0, 0, 0)', whiteSpace: 'pre', overflow: 'visible clip' })
  // Its own is that of whole lines.
  expect(await styleOf(screen, 'maxHeight')).not.toBe('20px')
  expect(await styleOf(screen, 'color')).not.toBe('rgb(255, 0, 0)')
})

it('is read on a dark slide in light mode', async () => {
  const layout = await open(2)
  const plate = await styleOf(layout.locator('.kb-status').first(), 'backgroundColor')
  expect(plate).toBe('rgb(255, 255, 255)')
  const extra = layout.locator('button.kb-extra')
  expect(await styleOf(extra, 'backgroundColor')).toBe('rgb(243, 246, 249)')
  expect(await styleOf(extra, 'color')).toBe('rgb(22, 32, 43)')
})

it('breaks lines of a half slide between what belongs together', async () => {
  // Wider type than the card has room for.
  const layout = await open(3, '.kb-ports { font-size: 24px }')
  await stage.presentation.service.session.start('net', { replay: true }).over
  const ports = layout.locator('.kb-ports').first()
  await expect.poll(() => ports.textContent(), SLOW).toMatch(/^127\.0\.0\.1:\d+→8080$/)
  expect(await ports.evaluate((node) => {
    const lines: Record<number, string> = {}
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT)
    for (let text = walker.nextNode() as Text | null; text; text = walker.nextNode() as Text | null) {
      for (let i = 0; i < text.length; i++) {
        const range = new Range()
        range.setStart(text, i)
        range.setEnd(text, i + 1)
        const { top } = range.getBoundingClientRect()
        lines[Math.round(top)] = (lines[Math.round(top)] ?? '') + text.data[i]
      }
    }
    return Object.values(lines)
  })).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/), '→8080'])
  const tops = await layout.locator('.kb-how > *').evaluateAll(nodes => nodes.map(node => Math.round(node.getBoundingClientRect().top)))
  expect(tops.length).toBeGreaterThan(1)
  expect(new Set(tops).size).toBe(1)
})

it('leaves the item of a list its mark', async () => {
  const layout = await open(4)
  expect(await styleOf(layout.locator('li').first(), 'display')).toBe('list-item')
})

it('stays within a centred slide on paper, which waits for nothing that is not displayed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-guests-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  onTestFinished(await takeTurn('vite-cache'))
  const pdf = join(dir, 'guests.pdf')
  const { err } = await kamishibai('export', 'tests/fixtures/decks/guests.md', '--output', pdf)
  expect(existsSync(pdf)).toBe(true)
  expect(err).toMatch(/have no recording: dark, more, listed, unseen\./)
  expect(err).not.toMatch(/does not fit/)
})
