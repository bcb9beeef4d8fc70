import type { AddressInfo } from 'node:net'
import type { ViteDevServer } from 'vite'
import type { Session } from '../../runners/service/session/session.ts'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { disableSlidevWrites, guardServer } from '../../runners/service/wire/gate.ts'
import { createToken } from '../../runners/service/wire/token.ts'
import { attachSocket } from '../../runners/service/wire/viewer.ts'
import { deckFolder } from '../_deck-folder.ts'
import { exits, sessionOf, step } from '../_session.ts'
import { inTurns } from '../engines/turns.ts'

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

/** What an attacker would like to write into the deck. */
export const EVIL = JSON.stringify({ content: '# Owned\n\n```sh {run id=evil}\ntouch owned\n```' })

/** Slidev as it is, with the gate and the service's socket in front of it. */
export interface Guarded { port: number, token: string }

/** Serves it for the tests of a file. After whatever each did, the deck is as it was, no file came, and nothing ran. */
export function onGuarded(): Guarded {
  const guarded: Guarded = { port: 0, token: createToken() }
  let dir: string
  let slidesDir: string
  let vite: ViteDevServer
  let session: Session

  inTurns('vite-cache')
  beforeAll(async () => {
    dir = await deckFolder('gate')
    slidesDir = join(dir, 'slides')
    await mkdir(slidesDir)
    await writeFile(join(slidesDir, 'deck.md'), DECK)
    session = await sessionOf([step('hello')], exits(), { privateDir: dir })
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
            guardServer(http, () => (http.address() as AddressInfo).port, { token: guarded.token })
            attachSocket(http, session, guarded.token)
            server.ws.on('test:ping', (_data, client) => client.send('test:pong', {}))
          },
        },
      }],
    })
    await vite.listen()
    guarded.port = (vite.httpServer!.address() as AddressInfo).port
  }, 60_000)

  afterAll(async () => {
    await vite?.close()
    await session?.close()
    await rm(dir, { recursive: true, force: true })
  })

  afterEach(async () => {
    await expect(readFile(join(slidesDir, 'deck.md'), 'utf8')).resolves.toBe(DECK)
    const files = await readdir(slidesDir)
    expect(files.filter(file => !['deck.md', 'node_modules'].includes(file))).toEqual([])
    expect(session.runs).toEqual([])
  })

  return guarded
}
