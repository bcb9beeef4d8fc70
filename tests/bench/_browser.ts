import type { Page } from 'playwright-chromium'
import { chromium } from 'playwright-chromium'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run']

/** A page of the size of a stage in a browser of its own; both end with `close`. */
export async function openPage(): Promise<{ page: Page, close: () => Promise<void> }> {
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ARGUMENTS })
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  return { page, close: () => browser.close() }
}

interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  dur?: number
  tdur?: number
  args: { name?: string }
}

/**
 * The longest task of the page's main thread, in ms: on the clock, and of the processor's time, which no other program
 * of the machine lengthens.
 */
export function longestTask(trace: Buffer): { clock: number, processor: number } {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }
  const mains = new Set(traceEvents.filter(e => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map(e => `${e.pid}/${e.tid}`))
  const tasks = traceEvents.filter(e => e.ph === 'X' && e.name === 'ThreadControllerImpl::RunTask' && mains.has(`${e.pid}/${e.tid}`))
  return {
    clock: Math.max(0, ...tasks.map(e => e.dur ?? 0)) / 1000,
    processor: Math.max(0, ...tasks.map(e => e.tdur ?? 0)) / 1000,
  }
}
