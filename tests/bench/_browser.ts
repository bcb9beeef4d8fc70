import type { Page } from 'playwright-chromium'
import { chromium } from 'playwright-chromium'
import { findBrowser } from '../../runners/cli/slidev.ts'

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run']

/** A page of the size of a stage in a browser of its own; both end with `close`. */
export async function openPage(): Promise<{ page: Page, close: () => Promise<void> }> {
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ARGUMENTS })
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  return { page, close: () => browser.close() }
}
