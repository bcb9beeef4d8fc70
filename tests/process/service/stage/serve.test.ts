import type { Stage } from '../../../../runners/service/stage/serve.ts'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { SOCKET_PATH } from '../../../../runners/protocol/wire.ts'
import { createService } from '../../../../runners/service/service.ts'
import { openStage } from '../../../../runners/service/stage/serve.ts'
import { exchange, HANDSHAKE, rawRequest, statusOf } from '../../../_raw-http.ts'

let dir: string
let stage: Stage
let close: () => Promise<unknown>

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-stage-'))
  await mkdir(join(dir, 'site/assets'), { recursive: true })
  await mkdir(join(dir, 'recordings/deck'), { recursive: true })
  await writeFile(join(dir, 'site/index.html'), '<!doctype html><html><head><title>Deck</title></head></html>')
  await writeFile(join(dir, 'site/assets/index-1.js'), 'built()')
  await writeFile(join(dir, 'deck.md'), '# Deck\n\n```sh {run id=one}\necho "</script>"\n```\n')
  await writeFile(join(dir, 'recordings/deck/one.cast'), '{"version":3}\n')
  const service = await createService({ deck: await parseDeck(join(dir, 'deck.md')), mode: 'replay', live: false })
  stage = await openStage({ build: { key: 'first', dir: join(dir, 'site') }, port: 0, service })
  close = async () => Promise.all([stage.close(), service.close()])
})

afterAll(async () => {
  await close?.()
  await rm(dir, { recursive: true, force: true })
})

const get = (path: string, init?: RequestInit): Promise<Response> => fetch(`http://127.0.0.1:${stage.port}${path}`, init)

it.each(['/', '/1', '/12', '/presenter', '/presenter/3', '/overview', '/notes', '/export', '/export/2', '/alias'])('%s is the page, which knows its steps', async (path) => {
  const answer = await get(path)
  expect(answer.status).toBe(200)
  const [, told] = /<script type="application\/json" id="kamishibai-deck">(.*?)<\/script>/.exec(await answer.text())!
  expect(JSON.parse(told!)).toMatchObject({ flavour: 'stage', deckName: 'deck', steps: [{ id: 'one' }] })
})

it('hands out what was built, and recordings', async () => {
  expect(await (await get('/assets/index-1.js')).text()).toBe('built()')
  expect(await (await get('/__kamishibai/recordings/one')).json()).toMatchObject({ cast: '{"version":3}\n', events: '' })
})

const ROUTES = [
  '/@vite/client',
  '/@vite/env',
  '/@id/__x00__virtual:kamishibai/deck',
  '/@fs/etc/passwd',
  '/@fs/',
  '/@slidev/configs',
  '/@slidev/slides',
  '/@slidev/slides/1.md',
  '/@slidev/titles.md',
  '/@slidev/shiki',
  '/@server-reactive/nav',
  '/@server-reactive/drawings',
  '/@server-ref/nav',
  '/@unocss-devtools-update',
  '/@react-refresh',
  '/__open-in-editor?file=deck.md',
  '/__OPEN-IN-EDITOR?file=deck.md',
  '/__inspect/',
  '/__unocss',
  '/__slidev/slides/1.json',
  '/__slidev/slides/1/md',
  '/__slidev',
  '/__mcp',
  '/__vite_ping',
  '/__devtools__/',
  '/node_modules/.vite/deps/vue.js',
  '/node_modules/vue/package.json',
  '/deck.md',
  '/deck.md?raw',
  '/deck.md?import&raw',
  '/deck.md?url',
  '/../deck.md',
  '/%2e%2e/deck.md',
  '/..%2fdeck.md',
  '/assets/../../deck.md',
  '/assets/%2e%2e%2f%2e%2e%2fdeck.md',
  '/recordings/deck/one.cast',
  '/__kamishibai/recordings/two',
  '/__kamishibai/recordings/../deck.md',
  '/.env',
  '/package.json',
  '/vite.config.ts',
  '/assets/index-2.js',
  '/src/main.ts',
]

it.each(ROUTES)('there is no %s', async (path) => {
  const answer = await exchange(stage.port, rawRequest(`GET ${path}`, { Host: `127.0.0.1:${stage.port}` }))
  expect([404, 403]).toContain(statusOf(answer))
})

it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('nothing can be sent by %s', async (method) => {
  const origin = `http://127.0.0.1:${stage.port}`
  expect((await get('/', { method, headers: { origin } })).status).toBe(403)
  expect((await get('/__slidev/slides/1.json', { method, headers: { origin } })).status).toBe(403)
})

it.each(['vite-hmr', 'vite-ping', 'kamishibai.v1'])('no socket opens without the token: %s', async (protocol) => {
  const host = `127.0.0.1:${stage.port}`
  for (const path of ['/', SOCKET_PATH]) {
    const answer = await exchange(stage.port, rawRequest(`GET ${path}`, { 'Host': host, 'Origin': `http://${host}`, 'Sec-WebSocket-Protocol': protocol, ...HANDSHAKE }))
    expect(statusOf(answer)).toBe(403)
  }
})

it('hands out no service worker', async () => {
  expect((await get('/assets/index-1.js', { headers: { 'service-worker': 'script' } })).status).toBe(403)
})
