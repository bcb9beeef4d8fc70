import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { SOCKET_PATH, SUBPROTOCOL, TOKEN_PREFIX } from '../../runners/protocol/wire.ts'
import { onTerminal, SLOW } from './_terminal.ts'

const { stage, runOf, log, rows, open, openShell, openAudience, enter, type } = onTerminal()

describe('typing', () => {
  it('reaches a real shell, whose terminal follows its box', async () => {
    await openShell()
    await enter()
    await type('echo $((6*7)) 日本語; stty size')
    const { cols, rows: height } = runOf().log.state
    await expect.poll(() => rows(), SLOW).toContain(`\n42 日本語\n${height} ${cols}\n`)
    expect(cols).toBeGreaterThan(80)
    await stage.page.locator('.kb-xterm-box:visible').evaluate(box => Object.assign(box.style, { flex: 'none', height: '150px' }))
    await expect.poll(() => runOf().log.state.rows, SLOW).toBeLessThan(height!)
    await type('clear; stty size')
    await expect.poll(() => rows(), SLOW).toContain(`${runOf().log.state.rows} ${cols}\n`)
  })

  it('gives Ctrl-C to the program', async () => {
    await openShell()
    await enter()
    await type('sh -c "echo up; exec sleep 100"')
    await expect.poll(() => rows(), SLOW).toContain('\nup')
    await stage.page.keyboard.press('Control+c')
    await type('echo "it was $?"')
    await expect.poll(() => rows(), SLOW).toContain('\nit was 130\n')
  })

  it.skipIf(!existsSync('/bin/busybox'))('works in a program that draws the whole screen, in a window that comes later, too', async () => {
    await openShell()
    await enter()
    const dir = mkdtempSync(join(tmpdir(), 'kamishibai-terminal-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    const file = join(dir, 'note')
    await type(`busybox vi ${file}`)
    await expect.poll(() => rows(), SLOW).toMatch(/\n~\n~\n/)
    await stage.page.keyboard.type('iit is drawn')
    await expect.poll(() => rows(), SLOW).toMatch(/^it is drawn\n~/)
    const late = await openAudience('2')
    await expect.poll(() => rows(late), SLOW).toBe(await rows())
    await stage.page.bringToFront()
    await enter()
    await stage.page.keyboard.press('Escape')
    // An escape that other keys follow at once would be one of a function key.
    await expect.poll(() => rows(late), SLOW).toMatch(/\n- \//)
    await stage.page.keyboard.type(':wq\n')
    await expect.poll(() => rows(late), SLOW).toContain('echo ready\nready\n')
    expect(readFileSync(file, 'utf8')).toBe('it is drawn\n')
  })

  it('shows the same in two windows, and only the service answers what a program asks', async () => {
    await openShell()
    const audience = await openAudience('2')
    await expect.poll(() => rows(audience), SLOW).toContain('ready')
    await stage.page.bringToFront()
    await enter()
    await type('printf "\\033[6n"; read -rs -d R a; read -rs -t 1 b; echo "[$(printf %s "$a" | tr -d "\\033")][$b]"')
    await expect.poll(() => rows(audience), SLOW).toMatch(/\n\[\[\d+;1\]\[\]\n\$$/)
    expect(await rows()).toBe(await rows(audience))
  })

  it('keeps links as text and the clipboard as it was', async () => {
    await openShell()
    await stage.page.evaluate(() => navigator.clipboard.writeText('mine'))
    await enter()
    await type('printf "\\033]52;c;ZXZpbA==\\007\\033]8;;http://evil.invalid/\\007a link\\033]8;;\\007\\n"')
    await expect.poll(() => rows(), SLOW).toMatch(/\na link\n/)
    expect(await stage.page.locator('.kb-xterm a').count()).toBe(0)
    expect(await stage.page.evaluate(() => navigator.clipboard.readText())).toBe('mine')
  })
})

describe('copy and paste', () => {
  it('copies what the mouse selects, where it points', async () => {
    await openShell()
    const word = await stage.page.locator('.kb-xterm:visible .xterm-rows > div').nth(1).boundingBox()
    await stage.page.mouse.dblclick(word!.x + 20, word!.y + word!.height / 2)
    await stage.page.keyboard.press('Control+Shift+C')
    await expect.poll(() => stage.page.evaluate(() => navigator.clipboard.readText())).toBe('ready')
  })

  it('pastes a line at once, and asks before several', async () => {
    await openShell()
    await enter()
    await stage.page.evaluate(() => navigator.clipboard.writeText('echo pasted\x1B[2J'))
    await stage.page.keyboard.press('Control+V')
    await stage.page.keyboard.press('Enter')
    await expect.poll(() => log(), SLOW).toContain('echo pasted[2J\n')
    await stage.page.evaluate(() => navigator.clipboard.writeText('echo one\necho two\n'))
    const question = stage.page.getByRole('alertdialog')
    await stage.page.keyboard.press('Control+V')
    await expect.poll(() => question.locator('pre').textContent()).toBe('echo one\necho two\n')
    await stage.page.keyboard.press('Escape')
    expect(await question.count()).toBe(0)
    await stage.page.keyboard.press('Control+V')
    await question.getByRole('button').first().click()
    await stage.page.keyboard.press('Enter')
    await expect.poll(() => rows(), SLOW).toContain('\none\ntwo\n')
    expect(log().match(/^one$/gm)).toHaveLength(1)
  })
})

describe('input that nobody typed', () => {
  it('is not sent by the page: from scripts, or without the focus', async () => {
    await openShell()
    await enter()
    await stage.page.evaluate(() => {
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
    await stage.page.locator('[data-kb-step="plain"]:visible .kb-run').first().click()
    const { session, token } = stage.presentation.service
    await expect.poll(() => session.runOf('plain')?.log.state.phase).toBe('running')
    const { origin } = new URL(stage.presentation.url)
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
    await expect.poll(() => refused).toEqual(['not-allowed', 'not-allowed', 'not-found'])
    expect(session.runOf('plain')!.log.text()).not.toContain('forged')
    session.cancel(n)
    socket.terminate()
  })
})
