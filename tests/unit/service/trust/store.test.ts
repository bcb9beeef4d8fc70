import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { writePrivate } from '../../../../runners/service/trust/store.ts'

it('writes a file of the user alone, and never through a link', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-store-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const outside = join(dir, 'outside')
  await writeFile(outside, 'as it was')
  const folder = join(dir, 'state')
  await writePrivate(folder, 'a.json', { first: 1 })
  await symlink(outside, join(folder, 'a.json.new'))
  await writePrivate(folder, 'a.json', { second: 2 })
  expect(await readFile(outside, 'utf8')).toBe('as it was')
  expect(JSON.parse(await readFile(join(folder, 'a.json'), 'utf8'))).toEqual({ second: 2 })
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, 'a.json'))).mode & 0o777).toBe(0o600)
})
