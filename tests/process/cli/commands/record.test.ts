import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { kamishibai } from '../../../_cli.ts'

it('record writes, with what changed, what tells of the same objects, and leaves the rest', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-record-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const deck = join(dir, 'talk/deck.md')
  await mkdir(join(dir, 'talk'))
  // What `apply` says is always the same; how often it ran is said by `look`.
  await writeFile(deck, [
    'sh {run id=apply}\n# hidden: cd "$(mktemp -d)"; echo x >>"$TMPDIR/times"\necho done',
    'sh {run id=look needs=apply}\nwc -l <"$TMPDIR/times"',
    'sh {run id=apart shell=other}\necho apart',
  ].map(fence => `# Slide\n\n\`\`\`${fence}\n\`\`\`\n`).join('\n---\n\n').replaceAll('$TMPDIR', dir))
  const record = async () => (await kamishibai('record', deck, '--trust')).out
  const recordings = () => Promise.all(['apply', 'look', 'apart'].map(id => readFile(join(dir, 'talk/recordings/deck', `${id}.cast`), 'utf8')))
  await record()
  const [apply, look, apart] = await recordings()
  expect(await record()).toMatch(/apply .* unchanged\n[\s\S]*look .* written: its output changed, and with it apply, whose objects it shows\n {4}- 1\n {4}\+ 2\n[\s\S]*apart .* unchanged\n/)
  const after = await recordings()
  expect(after[0]).not.toBe(apply)
  expect(after[1]).not.toBe(look)
  expect(after[2]).toBe(apart)
})

it('check --mode live tells what is not as recorded any more, and fails by it with --strict', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-change-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const deck = join(dir, 'deck.md')
  await mkdir(join(dir, 'box'))
  await writeFile(join(dir, 'box/one'), '')
  await writeFile(deck, '# T\n\n```sh {run id=list}\nls -1 box; date; echo $$ >/dev/null\n```\n')
  const check = (...options: string[]) => kamishibai('check', deck, '--mode', 'live', '--trust', ...options)
  expect((await kamishibai('record', deck, '--trust')).out).toMatch(/list .* written\n/)
  expect(await check('--strict')).toMatchObject({ code: 0, out: expect.not.stringContaining('warning: list') as string })
  await writeFile(join(dir, 'box/two'), '')
  const { code, out } = await check()
  expect(code).toBe(0)
  expect(out).toMatch(/✓ list .*\n {4}\+ two\n/)
  expect(out).toContain('deck.md:3:4  warning: list is not what its recording shows any more: its output changed. Where that is right, record it: kamishibai record ')
  expect(out).toContain('1 of 1 steps ok')
  expect(await check('--strict')).toMatchObject({ code: 1, out: expect.stringContaining('deck.md:3:4  error: list') as string })
})

it('record waits for nothing of what lives on, and its recording ends where its output does', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-lasting-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const deck = join(dir, 'deck.md')
  await writeFile(deck, '# T\n\n```sh {run id=serve until=match=/up/}\necho up; sleep 3600\n```\n\n```sh {run id=ask needs=serve}\necho asked\n```\n')
  const before = performance.now()
  expect(await kamishibai('record', deck, '--trust')).toMatchObject({ code: 0, out: expect.stringMatching(/serve .* written\n[\s\S]*ask .* written\n/) as string })
  expect(performance.now() - before).toBeLessThan(30_000)
  const [header, ...events] = (await readFile(join(dir, 'recordings/deck/serve.cast'), 'utf8')).trim().split('\n').map(line => JSON.parse(line) as unknown)
  expect(header).toMatchObject({ version: 3 })
  const seconds = (events as [number][]).reduce((sum, [interval]) => sum + interval, 0)
  expect(seconds).toBeLessThan(15)
})
