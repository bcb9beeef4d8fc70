import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Step } from '../../protocol/step.ts'
import type { Service } from '../service.ts'
import type { KeptBuild } from '../store/builds.ts'
import type { Site } from './site.ts'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pageDeckOf } from '../../deck/page-deck.ts'
import { PAGE_DECK_ID, RECORDINGS_PATH } from '../../protocol/wire.ts'
import { readRecordingText } from '../store/recordings.ts'
import { guardServer } from '../wire/gate.ts'
import { openSite } from './site.ts'

export interface StageOptions {
  build: Pick<KeptBuild, 'key' | 'dir'>
  port: number
  service: Service
  /** Whether every window shows the clock. @default false */
  rehearsing?: boolean
}

/** The server of a talk on 127.0.0.1: built files, recordings and the session's socket, and nothing else. */
export interface Stage {
  port: number
  /** Serves another build from now on; the files of the one before stay for windows that still show it. */
  show: (build: Pick<KeptBuild, 'key' | 'dir'>) => Promise<void>
  close: () => Promise<void>
}

/** Slidev's own pages; with a number behind them, or the name that a slide gave itself, a slide of theirs. */
const RE_PAGE = /^\/(?:(?:presenter|export|overview|notes|notes-edit|entry|print)(?:\/[^/.]*)?|[^/.@_][^/.@]*)?$/
/** Where a page begins, before all of its scripts. */
const RE_HEAD = /<head>/

/** Serves a deck that was built. Rejects where the port is taken. */
export async function openStage({ build, port, service, rehearsing }: StageOptions): Promise<Stage> {
  const { session } = service
  /** The newest first. */
  const sites: Site[] = []
  let page = ''
  await show(build)
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  guardServer(server, () => (server.address() as AddressInfo | null)?.port ?? 0, { built: true })
  service.attach(server)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!.split('?')[0]!
    const step = path.startsWith(RECORDINGS_PATH) && stepOf(path.slice(RECORDINGS_PATH.length))
    if (step)
      return answerJson(response, await recordingOf(step))
    if (path === '/index.html' || RE_PAGE.test(path))
      return answerPage(response)
    return (sites.find(site => site.has(path)) ?? sites[0]!).answer(request, response)
  }

  async function show({ key, dir }: Pick<KeptBuild, 'key' | 'dir'>): Promise<void> {
    const [site, text] = await Promise.all([openSite(dir), readFile(join(dir, 'index.html'), 'utf8')])
    sites.unshift(site)
    page = text
    session.build.set(key)
  }

  function answerPage(response: ServerResponse): void {
    const told = JSON.stringify({ ...pageDeckOf(session.deck, { rehearsing, build: session.build.now }), flavour: 'stage' }).replaceAll('<', '\\u003C')
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })
    response.end(page.replace(RE_HEAD, head => `${head}<script type="application/json" id="${PAGE_DECK_ID}">${told}</script>`))
  }

  const stepOf = (id: string): Step | undefined => session.deck.steps.find(step => step.id === id)

  async function recordingOf({ id, hash }: Step): Promise<object | null> {
    const text = await readRecordingText(session.deck, id)
    return text ? { ...text, fresh: text.hash === hash } : null
  }

  return {
    port: (server.address() as AddressInfo).port,
    show,
    close: () => closeServer(server),
  }
}

function answerJson(response: ServerResponse, value: object | null): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  response.end(JSON.stringify(value))
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
