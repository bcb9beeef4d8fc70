import type { ChildProcess } from 'node:child_process'
import type { Page } from 'playwright-chromium'
import type { Measure, Row, World } from './_row.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { appendixOf } from '../../runners/deck/appendix.ts'
import { parseInfo } from '../../runners/deck/info.ts'
import { parseDeck } from '../../runners/deck/parse.ts'
import { openPage } from './_browser.ts'
import { ROOT } from './_deck.ts'
import { ratio } from './_row.ts'

const STARTS = 5
const EXPORTS = 3
const DECK = 'seminar.md'
const SLIDEV = join(ROOT, 'node_modules/@slidev/cli/bin/slidev.mjs')
const BIN = join(ROOT, 'runners/cli/bin.mjs')
const PATIENCE = 120_000
const RE_FENCE = /^(\s*(?:`{3,}\w+|<<< \S+ \w+)) (\{.*)$/gm
const RE_LIVE = /<Live[A-Z]\w*(?:[^>]*\/>|[\s\S]*?<\/Live\w*>)/g

/** The seminar, presented and printed, beside plain Slidev with the same deck without our braces and tags. */
export const slidev: Row = {
  id: 'slidev',
  what: 'ready and export vs plain Slidev',
  needs: ['browser'],
  async run(world) {
    // Inside the repository: Vite serves the fonts of what lies elsewhere to nobody.
    const dir = join(ROOT, '.kamishibai', `plain-${process.pid}`)
    mkdirSync(dir, { recursive: true })
    try {
      const plain = copyPlain(dir)
      return [...await startTimes(world, plain), await exportTimes(world, plain)]
    }
    finally {
      rmSync(dir, { recursive: true, force: true })
    }
  },
}

/** The deck's folder as someone without the addon has it. */
function copyPlain(to: string): string {
  cpSync(join(ROOT, 'slides'), to, { recursive: true, filter: path => !/[\\/](?:node_modules|\.slidev|recordings)$/.test(path) })
  // With one cache for both, each start would throw away what the other made ready.
  writeFileSync(join(to, 'vite.config.ts'), `export default { plugins: [{ name: 'own-cache', config: () => ({ cacheDir: ${JSON.stringify(join(to, '.vite'))} }) }] }\n`)
  for (const name of readdirSync(to, { recursive: true }) as string[]) {
    const file = join(to, name)
    if (name.endsWith('.md') && !name.includes('node_modules') && statSync(file).isFile())
      writeFileSync(file, toPlain(readFileSync(file, 'utf8')))
  }
  return join(to, DECK)
}

function toPlain(text: string): string {
  return text
    .replace(/^addons: .*\n/m, '')
    .replace(RE_FENCE, (fence, head: string, braces: string) => parseInfo(`x ${braces}`) ? head : fence)
    .replace(RE_LIVE, '')
}

/** The first start of a deck, the next ones, and the memory of all their processes. */
async function startTimes({ progress, dockerHost }: World, plain: string): Promise<Measure[]> {
  const { page, close } = await openPage()
  const env = { ...process.env, ...dockerHost && { DOCKER_HOST: dockerHost } }
  const start = {
    ours: (port: number) => spawn(process.execPath, [BIN, 'present', join(ROOT, 'slides', DECK), '--trust', '--no-open', '--port', `${port}`], { env, stdio: 'ignore' }),
    peer: (port: number) => spawn(process.execPath, [SLIDEV, plain, '--port', `${port}`], { env, stdio: ['pipe', 'ignore', 'ignore'] }),
  }
  const [ours, peer] = [[] as Started[], [] as Started[]]
  try {
    rmSync(join(ROOT, 'slides/.kamishibai/builds'), { recursive: true, force: true })
    const first = { ours: await startOnce(page, start.ours), peer: await startOnce(page, start.peer) }
    for (let n = 0; n < STARTS; n++) {
      ours.push(await startOnce(page, start.ours))
      peer.push(await startOnce(page, start.peer))
      progress(`${n + 1} of ${STARTS} pairs of starts`)
    }
    const [time, memory] = [({ ms }: Started): number => ms, ({ bytes }: Started): number => bytes]
    return [
      ratio('first start vs plain Slidev', 1.3, [first.ours.ms], [first.peer.ms]),
      ratio('ready to present vs plain Slidev', 0.35, ours.map(time), peer.map(time)),
      ratio('memory while presenting vs plain Slidev', 0.4, ours.map(memory), peer.map(memory)),
    ]
  }
  finally {
    await close()
  }
}

/** From the start of a command until its first slide can be seen, in ms, and the memory that it has then, in bytes. */
interface Started { ms: number, bytes: number }

async function startOnce(page: Page, start: (port: number) => ChildProcess): Promise<Started> {
  const port = await freePort()
  const began = performance.now()
  const child = start(port)
  try {
    await opened(page, `http://localhost:${port}/`, began + PATIENCE)
    await page.locator('h1:visible').first().waitFor({ timeout: PATIENCE })
    return { ms: performance.now() - began, bytes: memoryOf(child.pid!) }
  }
  finally {
    await page.goto('about:blank')
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

/** The memory of a process and of those that it started, in bytes; what they share counts once (Linux: PSS). */
function memoryOf(pid: number): number {
  const own = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024
  const children = readdirSync(`/proc/${pid}/task`).flatMap(task => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean))
  return children.reduce((sum, child) => sum + memoryOf(Number(child)), own)
}

/** Opens the address as soon as somebody answers there. */
async function opened(page: Page, url: string, deadline: number): Promise<void> {
  for (;;) {
    try {
      return void await page.goto(url, { waitUntil: 'commit' })
    }
    catch (error) {
      if (performance.now() > deadline)
        throw error
    }
  }
}

async function exportTimes({ dir, progress }: World, plain: string): Promise<Measure> {
  // Both print the same pages: ours has an appendix.
  appendFileSync(plain, toPlain(appendixOf(await parseDeck(join(ROOT, 'slides', DECK))).join('\n')))
  const print = {
    ours: () => timeOf([BIN, 'export', join(ROOT, 'slides', DECK), '--output', join(dir, 'ours.pdf')]),
    peer: () => timeOf([SLIDEV, 'export', plain, '--output', join(dir, 'peer.pdf'), '--executable-path', findBrowser(), '--timeout', `${PATIENCE}`]),
  }
  // The first of each fills its caches.
  await print.ours()
  await print.peer()
  const ours: number[] = []
  const peer: number[] = []
  for (let n = 0; n < EXPORTS; n++) {
    ours.push(await print.ours())
    peer.push(await print.peer())
    progress(`${n + 1} of ${EXPORTS} pairs of exports`)
  }
  return ratio('PDF export vs plain Slidev', 1.15, ours, peer)
}

async function timeOf(args: string[]): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let told = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => told += text)
  const [code] = await once(child, 'close') as [number]
  // Slidev prints a slide that it cannot compile as an error, and a deck with errors is soon printed.
  if (code !== 0 || /error/i.test(told))
    throw new Error(`${args.slice(0, 3).join(' ')} ended with ${code}: ${told.slice(-500)}`)
  return performance.now() - began
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}
