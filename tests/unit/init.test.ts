import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { parseDeck } from '../../runners/deck/parse.ts'
import { kamishibai } from './_cli.ts'

/** From its repository, the addon comes along as a file. */
const TARBALL = `slidev-addon-kamishibai-${manifest.version}.tgz`

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-init-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}
const read = async (path: string): Promise<object> => JSON.parse(await readFile(path, 'utf8')) as object

it('init writes a deck whose steps run, and the manifest with which it installs', { timeout: 60_000 }, async () => {
  const dir = join(await folder(), 'my talk')
  expect(await kamishibai('init', dir)).toMatchObject({ code: 0 })
  const deck = await parseDeck(join(dir, 'slides.md'))
  expect(deck.problems).toEqual([])
  expect(deck.slides).toHaveLength(3)
  expect(await read(join(dir, 'package.json'))).toMatchObject({ name: 'my-talk', overrides: manifest.overrides, devDependencies: { 'slidev-addon-kamishibai': `file:${TARBALL}`, '@slidev/cli': expect.any(String) as string } })
  expect(await readdir(dir)).toContain(TARBALL)
  const { code, out } = await kamishibai('check', join(dir, 'slides.md'), '--mode', 'live', '--trust')
  expect(out).toContain('4 of 4 steps ok')
  expect(code).toBe(0)
})

it('init keeps what is there', { timeout: 60_000 }, async () => {
  const dir = await folder()
  await writeFile(join(dir, 'package.json'), '{"name":"mine","scripts":{"start":"mine"},"license":"MIT"}')
  expect(await kamishibai('init', dir)).toMatchObject({ code: 0 })
  expect(await read(join(dir, 'package.json'))).toMatchObject({ name: 'mine', scripts: { start: 'mine' }, license: 'MIT', overrides: manifest.overrides })
  await writeFile(join(dir, 'slides.md'), '# Mine\n')
  expect(await kamishibai('init', dir)).toMatchObject({ code: 1 })
  expect(await readFile(join(dir, 'slides.md'), 'utf8')).toBe('# Mine\n')
})

it('init writes the overrides where pnpm reads them, and keeps its file', { timeout: 60_000 }, async () => {
  const dir = await folder()
  await writeFile(join(dir, 'pnpm-workspace.yaml'), '# mine\npackages: [.]\noverrides:\n  unocss: 1.2.3\nallowBuilds:\n  ssh2: true\n')
  const { out } = await kamishibai('init', dir)
  expect(out).toContain('pnpm install')
  const text = await readFile(join(dir, 'pnpm-workspace.yaml'), 'utf8')
  expect(text).toContain('# mine')
  expect(parse(text)).toEqual({ packages: ['.'], overrides: { ...manifest.overrides, unocss: '1.2.3' }, allowBuilds: { 'cpu-features': false, 'protobufjs': false, 'ssh2': true } })
})
