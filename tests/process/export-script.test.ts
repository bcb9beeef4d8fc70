import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { exportScript } from '../../runners/cli/export/script.ts'
import { parseDeck } from '../../runners/deck/parse.ts'

const run = promisify(execFile)

it('keeps what its steps hand on for their reader alone, and out of git', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-script-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'deck.md'), '# T\n\n```sh {run id=a}\nexport WHO="it\'s me"\n```\n\n```sh {run id=b needs=a}\necho "$WHO"\n```\n')
  const target = join(dir, 'steps')
  await exportScript(await parseDeck(join(dir, 'deck.md')), target)
  const state = join(target, '.shell-main-sh')
  // What an earlier export left, for all to read.
  await writeFile(state, '', { mode: 0o644 })
  await run('sh', [join(target, '01-a.sh')], { env: { PATH: process.env.PATH, API_TOKEN: 'secret' } })
  expect((await stat(state)).mode & 0o777).toBe(0o600)
  expect((await run('sh', [join(target, '02-b.sh')], { env: { PATH: process.env.PATH } })).stdout).toBe('it\'s me\n')
  expect(await readFile(join(target, '.gitignore'), 'utf8')).toBe('.shell-*\n')
  expect(await readFile(join(target, 'README.md'), 'utf8')).toContain('your whole environment')
  await exportScript(await parseDeck(join(dir, 'deck.md')), target)
})
