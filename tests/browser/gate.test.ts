import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-chromium'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser } from '../../runners/cli/process/desktop.ts'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { SOCKET_PATH, SUBPROTOCOL, TOKEN_HEADER, TOKEN_PREFIX } from '../../runners/protocol/wire.ts'
import { LANDING_PATH } from '../../runners/service/wire/landing.ts'
import { EVIL, onGuarded } from './_gate.ts'

const guarded = onGuarded()
const { token } = guarded
let browser: Browser

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})
afterAll(() => browser?.close())

/** Serves `html` from another port of this machine, as the web app of a container would. */
async function strangersPage(html = '<title>stranger</title>'): Promise<{ port: number, close: () => void }> {
  const server = createHttpServer((_request, response) => response.setHeader('Content-Type', 'text/html').end(html))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

it.each(['localhost', '127.0.0.1'])('refuses all that a page of another port of %s can send', async (name) => {
  const stranger = await strangersPage()
  const page = await browser.newPage()
  await page.goto(`http://${name}:${stranger.port}/`)
  const result = await page.evaluate(async ({ deck, evil, path, protocols }) => {
    const text = async (url: string, init?: RequestInit): Promise<string> => fetch(url, init).then(r => `${r.status} ${r.type}`, () => 'failed')
    const socket = async (url: string, names: string | string[]): Promise<string> => new Promise((resolve) => {
      const ws = new WebSocket(url, names)
      ws.onopen = () => resolve('open')
      ws.onerror = () => resolve('refused')
    })
    const script = async (src: string): Promise<string> => new Promise((resolve) => {
      const element = Object.assign(document.createElement('script'), { src, onload: () => resolve('loaded'), onerror: () => resolve('refused') })
      document.body.append(element)
    })
    await text(`http://${deck}/__slidev/slides/1.json`, { method: 'POST', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body: evil })
    await text(`http://${deck}/@server-reactive/drawings`, { method: 'POST', mode: 'no-cors', body: '{"data":{"1":"<image href=x onerror=alert(1)>"}}' })
    return {
      read: await text(`http://${deck}/@vite/client`),
      mcp: await text(`http://${deck}/__mcp`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }),
      script: await script(`http://${deck}/@vite/client`),
      ours: await socket(`ws://${deck}${path}`, protocols),
      vite: await socket(`ws://${deck}/`, 'vite-hmr'),
      ping: await socket(`ws://${deck}/`, 'vite-ping'),
    }
  }, { deck: `${name}:${guarded.port}`, evil: EVIL, path: SOCKET_PATH, protocols: [SUBPROTOCOL, TOKEN_PREFIX + token] })
  // Even with the right token: a page of another origin is refused.
  expect(result).toEqual({ read: 'failed', mcp: 'failed', script: 'refused', ours: 'refused', vite: 'refused', ping: 'refused' })
  await page.close()
  stranger.close()
})

it('refuses a page with an opaque origin', async () => {
  const attack = `<script>
    const results = []
    const tell = text => { results.push(text); if (results.length === 2) parent.postMessage(results.sort().join(), '*') }
    fetch('http://127.0.0.1:${guarded.port}/__slidev/slides/1.json', { method: 'POST', mode: 'no-cors', body: ${JSON.stringify(EVIL)} }).finally(() => tell('sent'))
    const ws = new WebSocket('ws://127.0.0.1:${guarded.port}${SOCKET_PATH}', ${JSON.stringify([SUBPROTOCOL, TOKEN_PREFIX + token])})
    ws.onopen = () => tell('open')
    ws.onerror = () => tell('refused')
  </script>`
  const stranger = await strangersPage(`<script>onmessage = event => document.title = event.data</script><iframe sandbox="allow-scripts" srcdoc="${attack.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`)
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${stranger.port}/`)
  await page.waitForFunction(() => document.title.includes(','))
  await expect(page.title()).resolves.toBe('refused,sent')
  await page.close()
  stranger.close()
})

it('cannot be framed by another origin', async () => {
  const stranger = await strangersPage(`<iframe src="http://127.0.0.1:${guarded.port}/"></iframe>`)
  const page = await browser.newPage()
  const answer = page.waitForResponse(`http://127.0.0.1:${guarded.port}/`)
  await page.goto(`http://127.0.0.1:${stranger.port}/`)
  expect((await answer).status()).toBe(403)
  expect((await answer).headers()).toMatchObject({ 'content-security-policy': 'frame-ancestors \'self\'' })
  await page.close()
  stranger.close()
})

it('lets the deck\'s own page load, sync and reload, and keeps the token out of every response', async () => {
  const page = await browser.newPage()
  await page.addInitScript(({ header, value }) => {
    const send = window.fetch.bind(window)
    window.fetch = (input, init = {}) =>
      send(input, { ...init, headers: { ...(init.headers as Record<string, string>), [header]: value } })
  }, { header: TOKEN_HEADER, value: token })
  const bodies: Promise<string>[] = []
  const refused: string[] = []
  page.on('response', (response) => {
    if (response.status() >= 400)
      refused.push(`${response.status()} ${response.url()}`)
    bodies.push(response.text().catch(() => ''))
  })
  const hmr = page.waitForEvent('websocket')
  await page.goto(`http://127.0.0.1:${guarded.port}/1#t=${token}`)
  await page.getByText('First slide').first().waitFor({ timeout: 40_000 })
  expect((await hmr).isClosed()).toBe(false)
  const synced = page.waitForResponse(response => response.url().endsWith('/@server-reactive/nav'))
  await page.keyboard.press('ArrowRight')
  await page.getByText('Second slide').first().waitFor()
  expect((await synced).status()).toBe(200)
  expect(refused).toEqual([])
  expect((await Promise.all(bodies)).filter(body => body.includes(token))).toEqual([])
  const write = await page.evaluate(async body => (await fetch('/__slidev/slides/1.json', { method: 'POST', body })).status, EVIL)
  expect(write).toBe(403)
  await page.close()
})

it('opens from a local file, and no site that opens the same page keeps hold of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kamishibai-open-'))
  await openBrowser(`http://127.0.0.1:${guarded.port}/#t=${token}`, folder, ['true'])
  const page = await browser.newPage()
  await page.goto(pathToFileURL(join(folder, 'open.html')).href)
  await page.getByText('First slide').first().waitFor({ timeout: 40_000 })
  await page.close()
  await rm(folder, { recursive: true })

  const stranger = await strangersPage()
  const other = await browser.newPage()
  await other.goto(`http://127.0.0.1:${stranger.port}/`)
  const popup = other.waitForEvent('popup')
  await other.evaluate(url => void Object.assign(window, { held: window.open(url) }), `http://127.0.0.1:${guarded.port}${LANDING_PATH}#t=wrong`)
  await (await popup).getByText('First slide').first().waitFor({ timeout: 40_000 })
  await expect.poll(() => other.evaluate(() => (window as unknown as { held: Window }).held.closed)).toBe(true)
  await other.context().close()
  stranger.close()
}, 90_000)
