import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-chromium'
import type { ViteDevServer } from 'vite'
import type { Session } from '../../runners/service/session.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-chromium'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import { openBrowser } from '../../runners/cli/browser.ts'
import { SOCKET_PATH, SUBPROTOCOL, TOKEN_HEADER, TOKEN_PREFIX } from '../../runners/protocol/wire.ts'
import { disableSlidevWrites, guardServer } from '../../runners/service/gate.ts'
import { LANDING_PATH } from '../../runners/service/landing.ts'
import { attachSocket } from '../../runners/service/server.ts'
import { createToken } from '../../runners/service/token.ts'
import { exchange, HANDSHAKE, rawRequest, statusOf } from '../unit/_raw-http.ts'
import { exits, sessionOf, step } from '../unit/_session.ts'

const DECK = `---
theme: none
favicon: ''
fonts:
  provider: none
drawings:
  persist: true
---

# First slide

---

# Second slide
`

const EVIL = JSON.stringify({ content: '# Owned\n\n```sh {run id=evil}\ntouch owned\n```' })
const token = createToken()
let dir: string
let vite: ViteDevServer
let session: Session
let browser: Browser
let port: number
let slidesDir: string

/** Slidev as it is, with the gate and the service's socket in front of it. */
beforeAll(async () => {
  // Inside the repository, so that Slidev's packages resolve.
  const root = resolve(import.meta.dirname, '../../.kamishibai')
  await mkdir(root, { recursive: true })
  dir = await mkdtemp(join(root, 'gate-'))
  slidesDir = join(dir, 'slides')
  await mkdir(slidesDir)
  await writeFile(join(slidesDir, 'deck.md'), DECK)
  session = await sessionOf([step('hello')], exits())
  const slidev = await import('@slidev/cli')
  const options = await slidev.resolveOptions({ entry: join(slidesDir, 'deck.md') }, 'dev')
  vite = await slidev.createServer(options, {
    server: { host: '127.0.0.1', port: 0, cors: false },
    logLevel: 'error',
    clearScreen: false,
    plugins: [{
      name: 'test:gate',
      configResolved: config => disableSlidevWrites(config.plugins),
      configureServer: {
        order: 'pre',
        handler(server) {
          const http = server.httpServer as import('node:http').Server
          guardServer(http, () => (http.address() as AddressInfo).port, { token })
          attachSocket(http, session, token)
          server.ws.on('test:ping', (_data, client) => client.send('test:pong', {}))
        },
      },
    }],
  })
  await vite.listen()
  port = (vite.httpServer!.address() as AddressInfo).port
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await vite?.close()
  await session?.close()
  await rm(dir, { recursive: true, force: true })
})

/** After whatever a test did: the deck is as it was, no file came, and nothing ran. */
afterEach(async () => {
  await expect(readFile(join(slidesDir, 'deck.md'), 'utf8')).resolves.toBe(DECK)
  const files = await readdir(slidesDir)
  expect(files.filter(file => !['deck.md', 'node_modules'].includes(file))).toEqual([])
  expect(session.runs).toEqual([])
})

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
  }, { deck: `${name}:${port}`, evil: EVIL, path: SOCKET_PATH, protocols: [SUBPROTOCOL, TOKEN_PREFIX + token] })
  // Even with the right token: a page of another origin is refused.
  expect(result).toEqual({ read: 'failed', mcp: 'failed', script: 'refused', ours: 'refused', vite: 'refused', ping: 'refused' })
  await page.close()
  stranger.close()
})

it('refuses a page with an opaque origin', async () => {
  const attack = `<script>
    const results = []
    const tell = text => { results.push(text); if (results.length === 2) parent.postMessage(results.sort().join(), '*') }
    fetch('http://127.0.0.1:${port}/__slidev/slides/1.json', { method: 'POST', mode: 'no-cors', body: ${JSON.stringify(EVIL)} }).finally(() => tell('sent'))
    const ws = new WebSocket('ws://127.0.0.1:${port}${SOCKET_PATH}', ${JSON.stringify([SUBPROTOCOL, TOKEN_PREFIX + token])})
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
  const stranger = await strangersPage(`<iframe src="http://127.0.0.1:${port}/"></iframe>`)
  const page = await browser.newPage()
  const answer = page.waitForResponse(`http://127.0.0.1:${port}/`)
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
    window.fetch = (input, init = {}) => send(input, { ...init, headers: { ...init.headers as Record<string, string>, [header]: value } })
  }, { header: TOKEN_HEADER, value: token })
  const bodies: Promise<string>[] = []
  const refused: string[] = []
  page.on('response', (response) => {
    if (response.status() >= 400)
      refused.push(`${response.status()} ${response.url()}`)
    bodies.push(response.text().catch(() => ''))
  })
  const hmr = page.waitForEvent('websocket')
  await page.goto(`http://127.0.0.1:${port}/1#t=${token}`)
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
}, 50_000)

it('opens from a local file, and no site that opens the same page keeps hold of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kamishibai-open-'))
  await openBrowser(`http://127.0.0.1:${port}/#t=${token}`, folder, ['true'])
  const page = await browser.newPage()
  await page.goto(pathToFileURL(join(folder, 'open.html')).href)
  await page.getByText('First slide').first().waitFor({ timeout: 40_000 })
  await page.close()
  await rm(folder, { recursive: true })

  const stranger = await strangersPage()
  const other = await browser.newPage()
  await other.goto(`http://127.0.0.1:${stranger.port}/`)
  const popup = other.waitForEvent('popup')
  await other.evaluate(url => void Object.assign(window, { held: window.open(url) }), `http://127.0.0.1:${port}${LANDING_PATH}#t=wrong`)
  await (await popup).getByText('First slide').first().waitFor({ timeout: 40_000 })
  await expect.poll(() => other.evaluate(() => (window as unknown as { held: Window }).held.closed)).toBe(true)
  await other.context().close()
  stranger.close()
}, 90_000)

it('refuses a rebound name', async () => {
  const host = `rebound.evil.example:${port}`
  const origin = `http://${host}`
  for (const request of [
    rawRequest('GET /', { Host: host }),
    rawRequest('POST /__slidev/slides/1.json', { Host: host, Origin: origin }, EVIL),
    rawRequest('POST /__mcp', { 'Host': host, 'Origin': origin, 'Content-Type': 'application/json' }, '{}'),
    rawRequest(`GET ${SOCKET_PATH}`, { 'Host': host, 'Origin': origin, 'Sec-WebSocket-Protocol': `${SUBPROTOCOL}, ${TOKEN_PREFIX}${token}`, ...HANDSHAKE }),
    rawRequest('GET /', { 'Host': host, 'Origin': origin, 'Sec-WebSocket-Protocol': 'vite-hmr', ...HANDSHAKE }),
  ])
    expect(statusOf(await exchange(port, request))).toBe(403)
})

it('has nobody write files over Vite\'s socket', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const origin = `http://127.0.0.1:${port}`
  const client = await (await fetch(`${origin}/@vite/client`)).text()
  const [, viteToken] = /wsToken = "([^"]+)"/.exec(client)!
  const socket = new NodeSocket(`ws://127.0.0.1:${port}/?token=${viteToken}`, 'vite-hmr', { origin })
  const pong = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      if ((data as Buffer).toString().includes('test:pong'))
        resolve()
    })
  })
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'custom', event: 'slidev:monaco-write', data: { file: 'deck.md', content: 'owned' } }))
  socket.send(JSON.stringify({ type: 'custom', event: 'test:ping' }))
  await pong
  // Slidev's handler would have said that the file is not among the writable ones.
  expect(log).not.toHaveBeenCalled()
  log.mockRestore()
  socket.terminate()
})

/** Sends each request from a process of user `nobody`. */
async function asNobody(requests: string[]): Promise<string[]> {
  const script = `
    const { connect } = require('node:net')
    const ask = text => new Promise(resolve => {
      let answer = ''
      const socket = connect(${port}, '127.0.0.1', () => socket.write(text))
      socket.setTimeout(5000, () => socket.destroy())
      socket.on('data', data => { answer += data }).on('error', () => {}).on('close', () => resolve(answer))
    })
    Promise.all(${JSON.stringify(requests)}.map(ask)).then(answers => console.log(JSON.stringify([process.getuid(), answers])))`
  const child = spawn(process.execPath, ['-e', script], { uid: 65534, gid: 65534, cwd: '/', env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', data => output += String(data))
  await once(child, 'close')
  const [uid, answers] = JSON.parse(output) as [number, string[]]
  expect(uid).toBe(65534)
  return answers
}

it('runs and writes nothing for another user of the machine, who can forge every header', async ({ skip }) => {
  skip(process.getuid?.() !== 0, 'only root can become another user')
  const page = { Host: `127.0.0.1:${port}`, Origin: `http://127.0.0.1:${port}` }
  const socket = (protocols: string, path = SOCKET_PATH): string => rawRequest(`GET ${path}`, { ...page, 'Sec-WebSocket-Protocol': protocols, ...HANDSHAKE })
  const answers = await asNobody([
    rawRequest('POST /__slidev/slides/1.json', page, EVIL),
    rawRequest('POST /__mcp', { ...page, 'Content-Type': 'application/json' }, '{}'),
    // Drawings become markup of the presenter's page, and the position starts steps with on=enter.
    rawRequest('POST /@server-reactive/drawings', page, '{"data":{"1":"<image href=x onerror=alert(1)>"}}'),
    rawRequest('POST /@server-reactive/nav', page, '{"patch":{"page":2}}'),
    rawRequest('POST /@server-reactive/snapshots', page, '{"data":{}}'),
    rawRequest(`POST /@server-reactive/nav?token=${createToken()}`, { ...page, [TOKEN_HEADER]: createToken() }, '{}'),
    socket(SUBPROTOCOL),
    socket(`${SUBPROTOCOL}, ${TOKEN_PREFIX}`),
    socket(`${SUBPROTOCOL}, ${TOKEN_PREFIX}${createToken()}`),
    socket(SUBPROTOCOL, `${SOCKET_PATH}?token=${createToken()}`),
  ])
  expect(answers.map(statusOf)).toEqual(answers.map(() => 403))
  const pages = await asNobody(['/', '/presenter/1', '/@slidev/configs', '/@vite/client', '/__slidev/slides/1.json', '/@server-reactive/nav'].map(path => rawRequest(`GET ${path}`, page)))
  expect(pages.filter(answer => answer.includes(token))).toEqual([])
})
