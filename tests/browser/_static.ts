import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-chromium'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rmdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, extname, join, normalize } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, inject } from 'vitest'
import { build } from '../../runners/cli/commands/build.ts'

const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.png': 'image/png', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.woff': 'font/woff', '.ttf': 'font/ttf' }

/** A plain file server without rewrites, whose files lie below a path: what is not there is 404. */
export interface StaticSite { url: string, missing: string[], close: () => void }

/** Serves the folder `dir` at `/PATH/`; a folder is its index.html, as every file server has it. */
export async function serveStatic(dir: string, path = 'talks/2026'): Promise<StaticSite> {
  const missing: string[] = []
  const prefix = `/${path}/`
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://localhost')
    const name = url.pathname.endsWith('/') ? `${url.pathname}index.html` : url.pathname
    try {
      if (!url.pathname.startsWith(prefix))
        throw new Error('not below the path')
      const body = await readFile(join(dir, normalize(decodeURIComponent(name.slice(prefix.length)))))
      response.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(body)
    }
    catch {
      missing.push(url.pathname)
      response.writeHead(404).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`, missing, close: () => void server.close() }
}

/** Serves the site of a deck, which the first file that asks for it builds for all; nobody may change it. */
export async function serveSite(deck: string): Promise<StaticSite> {
  const dir = join(inject('sites'), basename(deck, '.md'))
  const lock = `${dir}.lock`
  while (!existsSync(dir)) {
    const isMine = await mkdir(lock).then(() => true, () => false)
    if (!isMine) {
      await delay(100)
      continue
    }
    try {
      // It appears whole, or not at all.
      if (!existsSync(dir)) {
        expect(await build({ deck, output: `${dir}.new` })).toBe(0)
        await rename(`${dir}.new`, dir)
      }
    }
    finally {
      await rmdir(lock)
    }
  }
  return serveStatic(dir)
}

/** Lets the clock of a page's scripts go `times` as fast: recordings play in less time. What is drawn keeps its own. */
export async function hurry(page: Page, times: number): Promise<void> {
  await page.addInitScript((times) => {
    const wait = window.setTimeout.bind(window)
    const now = performance.now.bind(performance)
    performance.now = () => now() * times
    window.setTimeout = ((callback: () => void, delay = 0, ...rest: []) =>
      wait(callback, delay / times, ...rest)) as typeof window.setTimeout
  }, times)
}
