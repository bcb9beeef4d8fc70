import type { Browser, Page } from 'playwright-chromium'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { chromium } from 'playwright-chromium'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { ROOT } from '../_cli.ts'
import { noteErrors } from '../browser/_errors.ts'
import { serveStatic } from '../browser/_static.ts'
import { editManifest, packedFiles, run, serve } from './_project.ts'

/** Vite makes a project's packages ready when its first page is asked for. */
const SLOW = { timeout: 90_000 }

/** A deck that somebody has, with one line more and a step. */
function deckOf(theme: string): string {
  return `---
theme: ${theme}
title: Theirs
addons: [kamishibai]
fonts: {provider: none}
---

# Theirs

---

# A step

\`\`\`sh {run id=hello}
echo "ran: $((6*7))"
\`\`\`
`
}

/** How each package manager is called; `pnpm` is installed where the machine has none. */
const MANAGERS = ['npm', 'pnpm'] as const
const PNPM = 'pnpm@12.20.0'
const online = (await run(tmpdir(), 'npm', ['view', 'pnpm', 'version', '--fetch-retries', '0', '--fetch-timeout', '10000'])).code === 0
if (!online)
  console.warn('No registry answers: the package is not installed.')

let dir: string
let files: string[]
let browser: Browser
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-package-'))
  files = await packedFiles(join(dir, 'packed'))
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
})
afterAll(async () => {
  await browser?.close()
  await rm(dir, { recursive: true, force: true })
})

it('holds what a deck needs, and nothing of ours alone', () => {
  const folders = new Set(files.map(file => file.split('/')[0]))
  expect([...folders].sort()).toEqual(['LICENSE', 'README.md', 'client', 'components', 'docs', 'layouts', 'package.json', 'runners', 'setup', 'slides'])
  expect(files.filter(file => file.startsWith('slides/'))).toEqual(['slides/demo/k3d.yaml', 'slides/demo/kind.yaml'])
  expect(files.filter(file => file.startsWith('docs/'))).toEqual(['docs/architecture.md', 'docs/runners.md', 'docs/security.md', 'docs/shells.md'])
  expect(files.filter(file => /\.test\.ts$|ensure\.mjs$/.test(file))).toEqual([])
})

describe.skipIf(!online && !process.env.CI).each(MANAGERS)('installed with %s', (manager) => {
  let project: string
  /** Runs one of the project's programs. */
  const bin = (name: string, ...args: string[]) => run(project, join(project, 'node_modules/.bin', name), args)

  async function prints(name: string): Promise<void> {
    expect(await bin('kamishibai', 'record', `${name}.md`, '--trust')).toMatchObject({ code: 0 })
    const pdf = join(project, `${name}.pdf`)
    expect(await bin('kamishibai', 'export', `${name}.md`, '--output', pdf)).toMatchObject({ code: 0 })
    expect((await run(project, 'pdftotext', ['-layout', pdf, '-'])).out).toMatch(/A step[\s\S]*ran: 42/)
  }

  beforeAll(async () => {
    project = join(dir, manager)
    const user = manager === 'pnpm' ? { npm_config_user_agent: 'pnpm/12.0.0' } : undefined
    expect(await run(dir, process.execPath, [join(ROOT, 'runners/cli/bin.mjs'), 'init', project], user)).toMatchObject({ code: 0 })
    await editManifest(project, ({ devDependencies }) => Object.assign(devDependencies, { '@slidev/theme-default': '*', '@slidev/theme-seriph': '*' }))
    if (manager === 'pnpm') {
      const tools = join(dir, 'tools')
      expect(await run(dir, 'npm', ['install', '--prefix', tools, '--no-audit', '--no-fund', PNPM])).toMatchObject({ code: 0 })
      expect(await run(project, join(tools, 'node_modules/.bin/pnpm'), ['install'])).toMatchObject({ code: 0 })
    }
    else {
      expect(await run(project, 'npm', ['install', '--no-audit', '--no-fund'])).toMatchObject({ code: 0 })
    }
    await writeFile(join(project, 'theirs.md'), deckOf('default'))
    await writeFile(join(project, 'serif.md'), deckOf('seriph'))
  }, 10 * 60_000)

  it('runs the deck that init wrote', async () => {
    expect(await bin('kamishibai', 'check', 'slides.md', '--mode', 'live', '--trust')).toMatchObject({ code: 0, out: expect.stringContaining('4 of 4 steps ok') as string })
  })

  it('records, checks, builds and prints a deck with an official theme', async () => {
    await prints('theirs')
    expect(await bin('kamishibai', 'check', 'theirs.md')).toMatchObject({ code: 0 })
    expect(await bin('slidev', 'build', 'theirs.md', '--out', 'site', '--base', './', '--router-mode', 'hash')).toMatchObject({ code: 0 })
    const site = await serveStatic(join(project, 'site'))
    await shows(`${site.url}#/2`, async (page) => {
      await page.locator('[data-kb-step="hello"]:visible .kb-run').first().click()
      await expect.poll(() => page.locator('[data-kb-step="hello"]:visible .kb-result').textContent(), SLOW).toContain('ran: 42')
    })
    site.close()
  })

  it('presents it, and its step runs live', async () => {
    const server = serve(project, join(project, 'node_modules/.bin/kamishibai'), ['present', 'theirs.md', '--no-open', '--trust'])
    onTestFinished(server.end)
    const [url] = await server.said(/http:\/\/127\.0\.0\.1:\d+\/#t=\S+/)
    await shows(url.replace('/#', '/2#'), async (page) => {
      const run = page.locator('[data-kb-step="hello"]:visible .kb-run').first()
      await expect.poll(() => run.isEnabled(), SLOW).toBe(true)
      await run.click()
      await expect.poll(() => page.locator('[data-kb-step="hello"]:visible').getAttribute('data-phase'), SLOW).toBe('exited')
      expect(await page.locator('[data-kb-step="hello"]:visible .kb-badge').getAttribute('class')).toContain('kb-live')
      expect(await page.locator('[data-kb-step="hello"]:visible .kb-result').textContent()).toContain('ran: 42')
    })
  })

  it('plays its recordings under Slidev\'s own command', async () => {
    const port = await freePort()
    const server = serve(project, join(project, 'node_modules/.bin/slidev'), ['theirs.md', '--port', String(port), '--open', 'false'])
    onTestFinished(server.end)
    await server.said(new RegExp(`:${port}/`))
    await shows(`http://localhost:${port}/2`, async (page) => {
      await page.locator('[data-kb-step="hello"]:visible .kb-run').first().click()
      await expect.poll(() => page.locator('[data-kb-step="hello"]:visible .kb-result').textContent(), SLOW).toContain('ran: 42')
      expect(await page.locator('[data-kb-step="hello"]:visible .kb-badge').getAttribute('class')).toContain('kb-recorded')
    })
  })

  // What a theme is to Slidev does not depend on who installed it.
  if (manager === 'npm')
    it('prints a deck with the other official theme', () => prints('serif'))

  it('tells editors what the headmatter may hold', async () => {
    const schema = join(project, 'node_modules/slidev-addon-kamishibai/setup/headmatter.schema.json')
    expect(existsSync(schema)).toBe(true)
    expect(await readFile(schema, 'utf8')).toContain('"confine"')
  })
})

/** Looks at a page; an error in it fails. */
async function shows(url: string, look: (page: Page) => Promise<void>): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  const errors: string[] = []
  noteErrors(page, errors)
  await page.goto(url, SLOW)
  await page.locator('[data-kb-step="hello"]:visible').first().waitFor(SLOW)
  await look(page)
  expect(errors).toEqual([])
  await page.close()
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}
