import type { Browser } from 'playwright-chromium'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { parseRecording } from '../../runners/protocol/parse-recording.ts'
import { screenAt, screenText } from '../../runners/protocol/screen.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const BUNDLE = join(ROOT, 'node_modules/asciinema-player/dist/bundle')

interface Player { addEventListener: (name: string, listener: () => void) => void, play: () => Promise<void> }
interface PlayerWindow {
  AsciinemaPlayer: { create: (source: { data: string }, element: Element, options: object) => Player }
}

let browser: Browser
beforeAll(async () => void (browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })))
afterAll(() => browser?.close())

it.each(['tour/hello', 'tour/count', 'seminar/ten'])('asciinema-player plays %s to the text that our own fold gives', async (name) => {
  const base = join(ROOT, 'slides/recordings', name)
  const cast = await readFile(`${base}.cast`, 'utf8')
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  const errors: Error[] = []
  page.on('pageerror', error => errors.push(error))
  await page.setContent('<body><div id="player"></div></body>')
  await page.addStyleTag({ path: join(BUNDLE, 'asciinema-player.css') })
  await page.addScriptTag({ path: join(BUNDLE, 'asciinema-player.min.js') })
  await page.evaluate(async (data) => {
    const { AsciinemaPlayer } = window as unknown as PlayerWindow
    const player = AsciinemaPlayer.create({ data }, document.querySelector('#player')!, { speed: 20, preload: true })
    const ended = new Promise<void>(resolve => player.addEventListener('ended', resolve))
    await player.play()
    await ended
  }, cast)
  const shown = async (): Promise<string> => (await page.locator('.ap-line').allTextContents()).map(line => line.trimEnd()).join('\n').trimEnd()
  await expect.poll(shown).toBe(screenText(await screenAt(parseRecording(cast, await readFile(`${base}.events.jsonl`, 'utf8')))))
  expect(errors).toEqual([])
})
