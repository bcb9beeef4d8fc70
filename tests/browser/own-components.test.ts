import type { Browser } from 'playwright-chromium'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { build } from '../../runners/cli/commands/build.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { deckOf } from '../_present.ts'
import { serveStatic } from './_static.ts'

/** Names that our own parts have, too: Slidev takes an addon's component before a deck's. */
const NAMES = ['EventList', 'RaceBars', 'StatsChart']

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})
afterAll(async () => browser?.close())

it('shows a deck\'s own components, whatever our parts are called', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-site-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const files = Object.fromEntries(NAMES.map(name => [`components/${name}.vue`, `<template>\n  <p class="own">own ${name}</p>\n</template>\n`]))
  const deck = await deckOf(NAMES.map(name => `<${name} />\n`).join('\n'), files)
  expect(await build({ deck, output: dir })).toBe(0)
  const site = await serveStatic(dir)
  onTestFinished(() => site.close())
  const page = await browser.newPage()
  onTestFinished(() => page.close())
  await page.goto(site.url)
  await expect.poll(() => page.locator('.slidev-page:visible .own').allTextContents(), { timeout: 30_000 }).toEqual(NAMES.map(name => `own ${name}`))
})
