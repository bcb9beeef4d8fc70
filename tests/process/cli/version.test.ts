import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { BIN, ROOT } from '../../_cli.ts'

it('--version is that of this package, wherever it is called', async () => {
  const project = await mkdtemp(join(tmpdir(), 'kamishibai-version-'))
  onTestFinished(() => rm(project, { recursive: true }))
  await mkdir(join(project, 'node_modules/.bin'), { recursive: true })
  await writeFile(join(project, 'package.json'), '{"name": "talk"}')
  await symlink(BIN, join(project, 'node_modules/.bin/kamishibai'))
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const { stdout } = await promisify(execFile)(process.execPath, [join(project, 'node_modules/.bin/kamishibai'), '--version'], { cwd: project })
  expect(stdout).toBe(`${version}\n`)
})
