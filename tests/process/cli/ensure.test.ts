import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'

const ENSURE = resolve(import.meta.dirname, '../../../runners/cli/ensure.mjs')
const run = promisify(execFile)

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-ensure-'))
  await mkdir(join(dir, 'bin'))
  await writeFile(join(dir, 'package.json'), '{}')
  await writeFile(join(dir, 'package-lock.json'), '{"version":1}')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** An `npm` that installs a marker file, or that has no network. */
async function npm(works: boolean): Promise<void> {
  const script = works ? 'mkdir -p node_modules && cat package-lock.json > node_modules/marker' : 'mkdir -p node_modules; exit 1'
  await writeFile(join(dir, 'bin', 'npm'), `#!/bin/sh\n${script}\n`)
  await chmod(join(dir, 'bin', 'npm'), 0o755)
}

async function ensure(): Promise<{ code: number, output: string }> {
  const env = { ...process.env, PATH: `${join(dir, 'bin')}:${process.env.PATH}` }
  try {
    const { stdout, stderr } = await run(process.execPath, [ENSURE], { cwd: dir, env })
    return { code: 0, output: stdout + stderr }
  }
  catch (error) {
    const { code, stdout, stderr } = error as { code: number, stdout: string, stderr: string }
    return { code, output: stdout + stderr }
  }
}

const marker = (): Promise<string> => readFile(join(dir, 'node_modules', 'marker'), 'utf8')

it('installs by the lockfile, and again only when it changes', async () => {
  await npm(true)
  await expect(ensure()).resolves.toMatchObject({ code: 0, output: expect.stringContaining('installing') as string })
  await expect(marker()).resolves.toContain('"version":1')
  await expect(ensure()).resolves.toEqual({ code: 0, output: '' })
  await writeFile(join(dir, 'package-lock.json'), '{"version":2}')
  await expect(ensure()).resolves.toMatchObject({ code: 0 })
  await expect(marker()).resolves.toContain('"version":2')
})

it('keeps the old installation when the new one fails', async () => {
  await npm(true)
  await ensure()
  await npm(false)
  await writeFile(join(dir, 'package-lock.json'), '{"version":2}')
  await expect(ensure()).resolves.toMatchObject({ code: 0, output: expect.stringContaining('stays in use') as string })
  await expect(marker()).resolves.toContain('"version":1')
})

it('says what to do when there is no installation and none can be made', async () => {
  await npm(false)
  await expect(ensure()).resolves.toMatchObject({ code: 1, output: expect.stringContaining('network') as string })
})

it('takes over what npm itself has installed by this lockfile, and nothing else', async () => {
  const packages = { 'node_modules/a': { version: '1.0.0', integrity: 'x' }, 'node_modules/b': { version: '1.0.0', optional: true } }
  await npm(false)
  await writeFile(join(dir, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }))
  await mkdir(join(dir, 'node_modules'))
  await writeFile(join(dir, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: { 'node_modules/a': packages['node_modules/a'] } }))
  await expect(ensure()).resolves.toEqual({ code: 0, output: '' })
  await rm(join(dir, 'node_modules', '.kamishibai-lock'))
  await writeFile(join(dir, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: { 'node_modules/a': { version: '0.9.0' } } }))
  await expect(ensure()).resolves.toMatchObject({ code: 0, output: expect.stringContaining('installing') as string })
})

it('brings back the old installation after a change-over that was cut off', async () => {
  await npm(true)
  await ensure()
  await mkdir(join(dir, '.kamishibai', 'install'), { recursive: true })
  await rename(join(dir, 'node_modules'), join(dir, '.kamishibai', 'install', 'old'))
  await expect(ensure()).resolves.toEqual({ code: 0, output: '' })
  await expect(marker()).resolves.toContain('"version":1')
})
