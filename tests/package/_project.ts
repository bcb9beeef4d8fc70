import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { ROOT } from '../_cli.ts'

/** How a program ended, and all that it wrote. */
export interface Ended { code: number, out: string }

/** An installation takes minutes on a small machine. */
const LONGEST = 8 * 60_000

/** The environment of somebody who has never seen this repository: no script of npm's runs around it, and no test. */
export function outside(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([key]) => !/^(?:npm_(?!config_)|npm_config_local_prefix|NODE_(?!EXTRA_CA_CERTS)|VITE|(?:INIT_CWD|TEST|DEV|PROD|SSR|MODE|BASE_URL)$)/.test(key))
  const path = process.env.PATH!.split(':').filter(folder => !folder.startsWith(join(ROOT, 'node_modules')))
  // The machine's own Node may be too old for Slidev.
  return { ...Object.fromEntries(own), PATH: [join(process.execPath, '..'), ...path].join(':'), CI: '1', NO_COLOR: '1', ...extra }
}

/** Runs a program in `cwd` to its end. */
export function run(cwd: string, file: string, args: string[], extra: Record<string, string> = {}): Promise<Ended> {
  return new Promise(resolve => execFile(file, args, { cwd, env: outside(extra), timeout: LONGEST, maxBuffer: 1 << 26 }, (error, out, err) => resolve({ code: error ? Number(error.code ?? 1) : 0, out: stripVTControlCharacters(`${out}\n${err}`) })).stdin!.end())
}

/** A program that goes on until the test ends it. */
export interface Server { said: (pattern: RegExp) => Promise<RegExpExecArray>, end: () => Promise<void> }

/** Starts a program in `cwd`; `said` waits for what it writes, and fails with all of it when it ends before. */
export function serve(cwd: string, file: string, args: string[]): Server {
  const child: ChildProcess = spawn(file, args, { cwd, env: outside(), detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  let text = ''
  const waiting = new Set<() => void>()
  const hear = (chunk: Buffer): void => {
    text += stripVTControlCharacters(String(chunk))
    waiting.forEach(look => look())
  }
  child.stdout!.on('data', hear)
  child.stderr!.on('data', hear)
  return {
    said: pattern => new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(text)
        if (match)
          resolve(match)
        else if (child.exitCode !== null)
          reject(new Error(`it ended: ${text}`))
      }
      waiting.add(look)
      child.once('exit', look)
      look()
    }),
    async end() {
      if (child.exitCode !== null)
        return
      const gone = once(child, 'exit')
      process.kill(-child.pid!, 'SIGTERM')
      await gone
    },
  }
}

export interface Manifest { devDependencies: Record<string, string> }

/** Changes the package.json in a folder. */
export async function editManifest(dir: string, change: (manifest: Manifest) => void): Promise<void> {
  const path = join(dir, 'package.json')
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest
  change(manifest)
  await writeFile(path, JSON.stringify(manifest, null, 2))
}

/** Packs this repository as it would be published; returns the names of the package's files. */
export async function packedFiles(into: string): Promise<string[]> {
  await mkdir(into, { recursive: true })
  const { code, out } = await run(ROOT, 'npm', ['pack', '--json', '--pack-destination', into])
  if (code)
    throw new Error(out)
  const [packed] = JSON.parse(out.slice(out.indexOf('['), out.lastIndexOf(']') + 1)) as [{ files: { path: string }[] }]
  return packed.files.map(({ path }) => path)
}
