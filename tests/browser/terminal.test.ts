import type { Browser, BrowserContext, Page } from 'playwright-chromium'
import type { Presentation } from '../../runners/cli/present.ts'
import type { Run } from '../../runners/service/run.ts'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { chromium } from 'playwright-chromium'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startPresentation } from '../../runners/cli/present.ts'
import { findBrowser } from '../../runners/cli/slidev.ts'
import { SOCKET_PATH, SUBPROTOCOL, TOKEN_PREFIX } from '../../runners/protocol/wire.ts'

const SLOW = { timeout: 20_000 }

let presentation: Presentation
let browser: Browser
let context: BrowserContext
let page: Page
let dir: string
const errors: string[] = []

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kamishibai-terminal-'))
  presentation = await startPresentation({ deck: 'tests/fixtures/decks/terminal.md', mode: 'auto', trust: true })
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  await presentation?.close()
  rmSync(dir, { recursive: true })
})

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 720 }, permissions: ['clipboard-read', 'clipboard-write'] })
  page = await context.newPage()
  page.on('pageerror', error => error.message.includes('Wake Lock') || errors.push(error.message))
})

afterEach(async () => {
  await context.close()
  expect(errors).toEqual([])
})

const runOf = (): Run => presentation.service.session.runOf('shell')!
/** What the shell wrote, as text. */
const log = (): string => stripVTControlCharacters(runOf().log.text()).replaceAll('\r', '')
/** What stands in the terminal of a page. */
const rows = async (on = page): Promise<string> => (await on.locator('.kb-xterm:visible .xterm-rows > div').allTextContents()).map(row => row.replaceAll('\u00A0', ' ').trimEnd()).join('\n').trimEnd()
const keys = (on = page): Promise<string | null> => on.locator('.kb-xterm-box:visible').getAttribute('data-keys')
const slideOf = (on = page): string => new URL(on.url()).pathname.split('/').at(-1)!

async function open(path = '2', on = page): Promise<void> {
  await on.goto(presentation.url.replace('/#', `/${path}#`))
  await expect.poll(() => on.locator('[data-kb-step]:visible .kb-button:enabled').count(), { timeout: 60_000 }).toBeGreaterThan(0)
}

/** Opens the slide with a fresh shell that has typed its line. */
async function openShell(path = '2'): Promise<void> {
  await open(path)
  await page.locator('[data-kb-step="shell"]:visible .kb-run').first().click()
  await expect.poll(() => runOf()?.log.state.phase, SLOW).toBe('ready')
  await expect.poll(() => rows(), SLOW).toMatch(/echo ready\nready\n\$$/)
}

async function enter(): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await page.keyboard.press('t')
  await expect.poll(() => keys()).toBe('all')
}

async function type(line: string): Promise<void> {
  await page.keyboard.type(`${line}\n`)
}

describe('typing', () => {
  it('reaches a real shell, whose terminal follows its box', async () => {
    await openShell()
    await enter()
    await type('echo $((6*7)) 日本語; stty size')
    const { cols, rows: height } = runOf().log.state
    await expect.poll(() => rows(), SLOW).toContain(`\n42 日本語\n${height} ${cols}\n`)
    expect(cols).toBeGreaterThan(80)
    await page.locator('.kb-xterm-box:visible').evaluate(box => Object.assign(box.style, { flex: 'none', height: '150px' }))
    await expect.poll(() => runOf().log.state.rows, SLOW).toBeLessThan(height!)
    await type('clear; stty size')
    await expect.poll(() => rows(), SLOW).toContain(`${runOf().log.state.rows} ${cols}\n`)
  })

  it('gives Ctrl-C to the program', async () => {
    await openShell()
    await enter()
    await type('sh -c "echo up; exec sleep 100"')
    await expect.poll(() => rows(), SLOW).toContain('\nup')
    await page.keyboard.press('Control+c')
    await type('echo "it was $?"')
    await expect.poll(() => rows(), SLOW).toContain('\nit was 130\n')
  })

  it.skipIf(!existsSync('/bin/busybox'))('works in a program that draws the whole screen, in a window that comes later, too', async () => {
    await openShell()
    await enter()
    const file = join(dir, 'note')
    await type(`busybox vi ${file}`)
    await expect.poll(() => rows(), SLOW).toMatch(/\n~\n~\n/)
    await page.keyboard.type('iit is drawn')
    await expect.poll(() => rows(), SLOW).toMatch(/^it is drawn\n~/)
    const late = await context.newPage()
    await late.goto(`${new URL(presentation.url).origin}/2`)
    await expect.poll(() => rows(late), SLOW).toBe(await rows())
    await page.bringToFront()
    await enter()
    await page.keyboard.press('Escape')
    // An escape that other keys follow at once would be one of a function key.
    await expect.poll(() => rows(late), SLOW).toMatch(/\n- \//)
    await page.keyboard.type(':wq\n')
    await expect.poll(() => rows(late), SLOW).toContain('echo ready\nready\n')
    expect(readFileSync(file, 'utf8')).toBe('it is drawn\n')
  })

  it('shows the same in two windows, and only the service answers what a program asks', async () => {
    await openShell()
    const audience = await context.newPage()
    await audience.goto(`${new URL(presentation.url).origin}/2`)
    await expect.poll(() => rows(audience), SLOW).toContain('ready')
    await page.bringToFront()
    await enter()
    await type('printf "\\033[6n"; read -rs -d R a; read -rs -t 1 b; echo "[$(printf %s "$a" | tr -d "\\033")][$b]"')
    await expect.poll(() => rows(audience), SLOW).toMatch(/\n\[\[\d+;1\]\[\]\n\$$/)
    expect(await rows()).toBe(await rows(audience))
  })

  it('keeps links as text and the clipboard as it was', async () => {
    await openShell()
    await page.evaluate(() => navigator.clipboard.writeText('mine'))
    await enter()
    await type('printf "\\033]52;c;ZXZpbA==\\007\\033]8;;http://evil.invalid/\\007a link\\033]8;;\\007\\n"')
    await expect.poll(() => rows(), SLOW).toMatch(/\na link\n/)
    expect(await page.locator('.kb-xterm a').count()).toBe(0)
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('mine')
  })
})

describe('copy and paste', () => {
  it('copies what the mouse selects, where it points', async () => {
    await openShell()
    const word = await page.locator('.kb-xterm:visible .xterm-rows > div').nth(1).boundingBox()
    await page.mouse.dblclick(word!.x + 20, word!.y + word!.height / 2)
    await page.keyboard.press('Control+Shift+C')
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('ready')
  })

  it('pastes a line at once, and asks before several', async () => {
    await openShell()
    await enter()
    await page.evaluate(() => navigator.clipboard.writeText('echo pasted\x1B[2J'))
    await page.keyboard.press('Control+V')
    await page.keyboard.press('Enter')
    await expect.poll(() => log(), SLOW).toContain('echo pasted[2J\n')
    await page.evaluate(() => navigator.clipboard.writeText('echo one\necho two\n'))
    const question = page.getByRole('alertdialog')
    await page.keyboard.press('Control+V')
    await expect.poll(() => question.locator('pre').textContent()).toBe('echo one\necho two\n')
    await page.keyboard.press('Escape')
    expect(await question.count()).toBe(0)
    await page.keyboard.press('Control+V')
    await question.getByRole('button').first().click()
    await page.keyboard.press('Enter')
    await expect.poll(() => rows(), SLOW).toContain('\none\ntwo\n')
    expect(log().match(/^one$/gm)).toHaveLength(1)
  })
})

describe('the keys', () => {
  it('of a clicker stay with the slides after a click, and go to the program after a key', async () => {
    await openShell()
    await enter()
    await type('cat -v')
    await page.keyboard.press('PageDown')
    await type('b.')
    await expect.poll(() => rows(), SLOW).toContain('\n^[[6~b.\n^[[6~b.')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    expect(await keys()).toBe('slides')
    await page.locator('.kb-xterm:visible').click()
    expect(await keys()).toBe('some')
    await page.keyboard.type('x')
    await page.keyboard.press('b')
    expect(await keys()).toBe('slides')
    await page.locator('.kb-xterm:visible').click()
    await page.keyboard.type('.')
    await page.locator('.kb-xterm:visible').click()
    await page.keyboard.type('y\n')
    await expect.poll(() => rows(), SLOW).toMatch(/\n\^\[xy\n\^\[xy$/)
    await page.keyboard.press('PageDown')
    await expect.poll(() => slideOf()).toBe('3')
  })

  it('come back to the slides with Escape twice', async () => {
    await openShell()
    await enter()
    await page.keyboard.press('ArrowRight')
    expect(slideOf()).toBe('2')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => slideOf()).toBe('3')
  })
})

describe('a terminal over the slide', () => {
  const opener = () => page.locator('[data-kb-extra="over"]:visible')
  const focused = (): Promise<string> => page.evaluate(() => {
    const { dataset, tagName } = document.activeElement as HTMLElement
    return dataset.kbExtra ? `button ${dataset.kbExtra}` : dataset.kbStep ? `step ${dataset.kbStep}` : tagName
  })
  const over = (): string => stripVTControlCharacters(presentation.service.session.runOf('over')!.log.text()).replaceAll('\r', '')
  const openOver = async (): Promise<void> => {
    await page.goto(presentation.url.replace('/#', '/4#'))
    await expect.poll(() => opener().isEnabled(), { timeout: 60_000 }).toBe(true)
  }

  it('takes the keys of who opened it by key, and gives the focus back', async () => {
    await openOver()
    await opener().focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => keys(), SLOW).toBe('all')
    await expect.poll(() => rows(), SLOW).toMatch(/\nover\n\$$/)
    await page.keyboard.type('echo "[ar b.]"\n')
    await expect.poll(over, SLOW).toContain('\n[ar b.]\n')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    expect(await focused()).toBe('button over')
    await page.keyboard.press('Enter')
    await expect.poll(() => keys(), SLOW).toBe('all')
  })

  it('leaves the clicker its keys where the mouse opened it', async () => {
    await openOver()
    await opener().click()
    await expect.poll(() => keys(), SLOW).toBe('some')
    // A shell that got an Escape before takes the next key with it.
    await page.keyboard.press('Control+c')
    await page.keyboard.type('echo typed\n')
    await expect.poll(over, SLOW).toContain('\ntyped\n')
    await page.keyboard.press('PageUp')
    await expect.poll(() => slideOf()).toBe('3')
  })

  it('is in no other window\'s way', async () => {
    await openOver()
    const audience = await context.newPage()
    await audience.goto(`${new URL(presentation.url).origin}/4`)
    await expect.poll(() => audience.locator('[data-kb-extra="over"]:visible').count(), SLOW).toBe(1)
    await page.bringToFront()
    await opener().click()
    await expect.poll(() => audience.getByRole('dialog').count(), SLOW).toBe(1)
    await expect.poll(() => keys(), SLOW).toBe('some')
    expect(await audience.evaluate(() => document.activeElement!.tagName)).toBe('BODY')
  })

  it('that has nothing to type into has the focus itself, and Escape closes it', async () => {
    await openOver()
    await page.locator('[data-kb-extra="aside"]:visible').focus()
    await page.keyboard.press('Enter')
    const aside = page.locator('[data-kb-step="aside"]:visible')
    await expect.poll(() => aside.getAttribute('data-phase'), SLOW).toBe('exited')
    expect(await focused()).toBe('step aside')
    // A press soon after a start is none.
    await expect.poll(async () => {
      await page.keyboard.press('r')
      return presentation.service.session.runs.filter(run => run.step.id === 'aside').length
    }, SLOW).toBeGreaterThan(1)
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    expect(await focused()).toBe('button aside')
  })
})

describe('input that nobody typed', () => {
  it('is not sent by the page: from scripts, or without the focus', async () => {
    await openShell()
    await enter()
    await page.evaluate(() => {
      const area = document.querySelector<HTMLTextAreaElement>('.kb-xterm textarea')!
      for (const name of ['keydown', 'keypress'])
        area.dispatchEvent(new KeyboardEvent(name, { key: 'z', code: 'KeyZ', keyCode: 90, charCode: 122, bubbles: true, cancelable: true }))
      const data = new DataTransfer()
      data.setData('text/plain', 'zzz')
      area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    })
    await type('echo typed')
    await expect.poll(() => rows(), SLOW).toContain('\ntyped\n')
    expect(log()).not.toContain('z')
  })

  it('is refused by the service for steps that are not interactive, and for what is not live', async () => {
    await open('3')
    await page.locator('[data-kb-step="plain"]:visible .kb-run').first().click()
    const { session, token } = presentation.service
    await expect.poll(() => session.runOf('plain')?.log.state.phase).toBe('running')
    const { origin } = new URL(presentation.url)
    const socket = new WebSocket(origin.replace('http', 'ws') + SOCKET_PATH, [SUBPROTOCOL, TOKEN_PREFIX + token], { origin })
    const refused: string[] = []
    socket.on('message', (data: Buffer, binary) => {
      const message = binary ? undefined : JSON.parse(data.toString()) as { type: string, code: string }
      if (message?.type === 'error')
        refused.push(message.code)
    })
    await new Promise(resolve => socket.on('open', resolve))
    socket.send(JSON.stringify({ type: 'hello' }))
    const { n } = session.runOf('plain')!.info
    socket.send(JSON.stringify({ type: 'input', run: n, data: 'forged\r' }))
    socket.send(JSON.stringify({ type: 'resize', run: n, cols: 10, rows: 10 }))
    socket.send(JSON.stringify({ type: 'input', run: 999, data: 'forged\r' }))
    await expect.poll(() => refused).toEqual(['not-allowed', 'not-allowed', 'bad-input'])
    expect(session.runOf('plain')!.log.text()).not.toContain('forged')
    session.cancel(n)
    socket.terminate()
  })
})
