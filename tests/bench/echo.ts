import type { Page } from 'playwright-chromium'
import type { Row } from './_row.ts'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { spawn } from '@lydell/node-pty'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { openPage } from './_browser.ts'
import { writeDeck } from './_deck.ts'
import { median, ms } from './_row.ts'

const KEYS = 200
/** Between two keys of somebody who types very fast, in ms: the frame of the one before is over by then. */
const PACE = 50

declare global {
  interface Window { echoes?: { next: () => Promise<number> } }
}

/** From a key in the browser until the echo of the shell is parsed by the terminal on the page; beside a bare PTY. */
export const echo: Row = {
  id: 'echo',
  what: 'keystroke echo in {terminal}',
  needs: ['browser'],
  async run({ dir, progress }) {
    const fence = '```bash {terminal id=shell}\necho ready\n```'
    const presentation = await startPresentation({ deck: await writeDeck(join(dir, 'echo'), `# Echo\n\n${fence}`), mode: 'live', trust: true })
    const { page, close } = await openPage()
    const peer = await bareEchoes()
    let times: number[]
    try {
      await page.addInitScript(watchEchoes)
      await page.goto(presentation.url)
      const button = page.locator('[data-kb-step="shell"]:visible .kb-run:enabled')
      await button.waitFor({ timeout: 120_000 })
      await button.click()
      await presentation.service.session.runOf('shell')?.moment
      await page.locator('[data-kb-step="shell"][data-phase="ready"] .kb-xterm textarea').waitFor({ state: 'attached', timeout: 20_000 })
      await page.evaluate(() => document.querySelector<HTMLElement>('.kb-xterm textarea')!.focus())
      times = await typeKeys(page, progress)
    }
    finally {
      await close()
      await presentation.close()
    }
    const p95 = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)]!
    return [
      { what: 'keystroke echo in {terminal}, 95 of 100', budget: 10, value: p95(times), unit: 'ms', ours: ms(p95(times)), peer: `${ms(p95(peer))} in a bare PTY` },
      { what: 'keystroke echo in {terminal}, median', value: median(times), unit: 'ms', ours: ms(median(times)), peer: `${ms(median(peer))} in a bare PTY` },
    ]
  },
}

async function typeKeys(page: Page, progress: (text: string) => void): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < KEYS; n++) {
    times.push(await press(page, 'x'))
    await press(page, 'Backspace')
    if (n % 50 === 49)
      progress(`${n + 1} of ${KEYS} keys`)
  }
  // What a shell does at first, it does not do again.
  return times.slice(10)
}

async function press(page: Page, key: string): Promise<number> {
  await delay(PACE)
  const echo = page.evaluate(() => window.echoes!.next())
  await page.keyboard.press(key)
  return echo
}

/**
 * In the page: times a key from its own time stamp until the frame that it caused is acknowledged, which is when it is
 * drawn.
 */
function watchEchoes(): void {
  let pressed = 0
  let resolve: ((time: number) => void) | undefined
  window.addEventListener('keydown', event => pressed = event.timeStamp, { capture: true })
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (data) {
    if (typeof data === 'string' && data.includes('"ack"') && pressed && resolve) {
      resolve(performance.now() - pressed)
      resolve = undefined
      pressed = 0
    }
    send.call(this, data)
  }
  window.echoes = { next: () => new Promise(done => resolve = done) }
}

/** The same shell without anything between. */
async function bareEchoes(): Promise<number[]> {
  const shell = spawn('bash', ['--norc', '--noprofile', '-i'], { cols: 80, rows: 12 })
  const times: number[] = []
  let onData: (data: string) => void = () => {}
  shell.onData(data => onData(data))
  const press = async (key: string, echo: string): Promise<number> => {
    const began = performance.now()
    await new Promise<void>((resolve) => {
      onData = data => data.includes(echo) && resolve()
      shell.write(key)
    })
    return performance.now() - began
  }
  for (let n = 0; n < KEYS; n++) {
    times.push(await press('x', 'x'))
    await press('\x7F', '\b')
  }
  shell.kill('SIGKILL')
  return times.slice(10)
}
