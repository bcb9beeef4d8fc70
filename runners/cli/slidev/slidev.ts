import type { ChildProcess } from 'node:child_process'
import type { Problem } from '../../protocol/problem.ts'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { BROKEN_SLIDE_ENV, readBroken } from '../../protocol/broken-slide.ts'
import { StepError } from '../../protocol/error.ts'

const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The system's Chromium or Chrome; throws StepError where there is none. */
export function findBrowser(): string {
  const { KAMISHIBAI_BROWSER, CHROME_PATH } = process.env
  const found = [KAMISHIBAI_BROWSER, CHROME_PATH, ...BROWSERS].find(path => path && existsSync(path))
  if (!found)
    throw new StepError('missing-tool', 'there is no Chromium or Chrome on this machine', 'Install one, or name it in KAMISHIBAI_BROWSER.')
  return found
}

/** The deck's Playwright, with which Slidev prints. Throws StepError where it is not installed. */
export async function loadPlaywright(deckDir: string): Promise<typeof import('playwright-chromium')> {
  for (const from of [join(deckDir, 'package.json'), import.meta.url]) {
    const path = resolveFrom(createRequire(from), 'playwright-chromium')
    if (path)
      return (await import(pathToFileURL(path).href)).default
  }
  throw new StepError('missing-tool', 'playwright-chromium is not installed', 'npm i -D playwright-chromium@npm:playwright-core')
}

/** Slidev's own command, as the deck's Slidev has it; throws StepError where there is none. */
export function slidevBin(deckDir: string): string {
  const require = createRequire(join(deckDir, 'package.json'))
  const own = createRequire(import.meta.url)
  const manifest = resolveFrom(require, '@slidev/cli/package.json') ?? resolveFrom(own, '@slidev/cli/package.json')
  if (!manifest)
    throw new StepError('missing-tool', '@slidev/cli is not installed', 'npm i -D @slidev/cli')
  return join(dirname(manifest), 'bin', 'slidev.mjs')
}

/**
 * What a run of Slidev's own command gets; `env` is set on top of ours, `quiet` drops what it prints beside its errors,
 * `signal` ends it, and `broken` gets what is wrong with slides that show that in their place.
 */
export interface SlidevRun {
  deckDir: string
  args: string[]
  env?: Record<string, string>
  quiet?: boolean
  signal: AbortSignal
  broken?: Problem[]
}

/** Runs Slidev's own command with the deck's Slidev; resolves with its exit code. */
export async function runSlidev({ deckDir, args, env, quiet = false, signal, broken }: SlidevRun): Promise<number> {
  const preload = pathToFileURL(join(import.meta.dirname, 'preload.mjs')).href
  const child = spawn(process.execPath, ['--import', preload, slidevBin(deckDir), ...args], {
    stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env, ...BROKEN_SLIDE_ENV },
    // Ctrl-C in a terminal is for us alone: Slidev would tell it as an error of its browser.
    detached: process.platform !== 'win32',
    signal,
    killSignal: 'SIGKILL',
  })
  child.on('message', (message) => {
    const problem = readBroken(message)
    if (problem)
      broken?.push(problem)
  })
  return ended(child)
}

/**
 * Runs a script that helps a command, and tells a person only: standard output is the command's own. Asked to end, we
 * ask it.
 */
export async function runScript(program: string, args: string[]): Promise<number> {
  const child = spawn(program, args, { stdio: ['ignore', 2, 2] })
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.once('SIGINT', forward)
  process.once('SIGTERM', forward)
  return ended(child)
}

/** Resolves with the exit code of a program. */
async function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', code => resolve(code ?? 1))
  })
}

function resolveFrom(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name)
  }
  catch {
    return undefined
  }
}
