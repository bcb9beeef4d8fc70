import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kamishibai } from '../../_cli.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-exit-'))
  await writeFile(join(dir, 'good.md'), '# A\n\n```sh {run id=a}\ntrue\n```\n')
  await writeFile(join(dir, 'bad.md'), '# A\n\n```sh {run id=a}\nfalse\n```\n')
  await writeFile(join(dir, 'wrong.md'), '# A\n\n```sh {run id=a timout=1s}\ntrue\n```\n')
  await writeFile(join(dir, 'readme.md'), '```sh\ntrue\n```\n')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

it.each<[code: number, args: string[]]>([
  [0, ['plan', 'good.md']],
  [1, ['plan', 'wrong.md']],
  [0, ['check', 'good.md', '--mode', 'live', '--trust']],
  [1, ['check', 'good.md']],
  [1, ['check', 'bad.md', '--mode', 'live', '--trust']],
  [1, ['check', 'wrong.md']],
  [2, ['check', 'good.md', '--mode', 'live']],
  [2, ['check', 'good.md', '--shard', '3/2']],
  [2, ['check', 'none.md']],
  [0, ['record', 'good.md', '--trust']],
  [0, ['check', 'good.md']],
  [0, ['record', 'good.md', '--trim', '2s']],
  [1, ['record', 'bad.md', '--trust']],
  [2, ['record', 'good.md']],
  [2, ['record', 'good.md', '--trust', '--only', 'none']],
  [2, ['record', 'good.md', '--keep', 'none']],
  [1, ['build', 'wrong.md']],
  [1, ['export', 'wrong.md']],
  [2, ['export', 'good.md', '--format', 'script']],
  [0, ['import', 'readme.md', '--output', 'OUT/deck.md']],
  [1, ['import', 'readme.md', '--output', 'OUT/deck.md']],
  [2, ['import', 'none.md']],
  [0, ['init', 'OUT/new']],
  [1, ['init', 'OUT/new']],
  [0, ['cluster', 'status']],
  [1, ['cluster', 'status', 'none']],
  [1, ['cluster', 'status', 'none', '--json']],
  [2, ['sweep', '--dry']],
  [0, ['--version']],
])('ends with %i: %j', { timeout: 60_000 }, async (code, args) => {
  const { code: ended, out, err } = await kamishibai(...args.map(arg => arg.replace(/^OUT/, join(dir, 'out')).replace(/^(?=\w+\.md$)/, `${dir}/`)))
  expect(ended, `${out}${err}`).toBe(code)
})
