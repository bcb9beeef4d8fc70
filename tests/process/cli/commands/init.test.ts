import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import manifest from '../../../../package.json' with { type: 'json' }
import { DECK } from '../../../../runners/cli/init/template.ts'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { kamishibai, kamishibaiIn, ROOT } from '../../../_cli.ts'

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
  expect(await readdir(dir)).toEqual(expect.arrayContaining([TARBALL, 'style.css']))
  const git = async (...args: string[]): Promise<string> => (await promisify(execFile)('git', args, { cwd: dir })).stdout
  await git('init', '--quiet')
  expect(await git('check-attr', 'text', 'merge', '--', 'recordings/slides/hello.cast', 'slides.md')).toBe([
    'recordings/slides/hello.cast: text: unset',
    'recordings/slides/hello.cast: merge: unset',
    'slides.md: text: unspecified',
    'slides.md: merge: unspecified',
    '',
  ].join('\n'))
  const { code, out } = await kamishibai('check', join(dir, 'slides.md'), '--mode', 'live', '--trust')
  expect(out).toContain('4 of 4 steps ok')
  expect(code).toBe(0)
})

it('the deck that init writes notices where a step does not find what the one before left', { timeout: 60_000 }, async () => {
  const deck = join(await folder(), 'slides.md')
  await writeFile(deck, DECK.replace('export note=', 'other='))
  const { code, out } = await kamishibai('check', deck, '--mode', 'live', '--trust')
  expect(out).toContain('3 of 4 steps ok')
  expect(out).toMatch(/✗ read /)
  expect(code).toBe(1)
})

it('init keeps what is there', { timeout: 60_000 }, async () => {
  const dir = await folder()
  await writeFile(join(dir, 'package.json'), '{"name":"mine","scripts":{"start":"mine"},"license":"MIT"}')
  await writeFile(join(dir, 'style.css'), '/* mine */')
  expect(await kamishibai('init', dir)).toMatchObject({ code: 0 })
  expect(await readFile(join(dir, 'style.css'), 'utf8')).toBe('/* mine */')
  expect(await read(join(dir, 'package.json'))).toMatchObject({ name: 'mine', scripts: { start: 'mine' }, license: 'MIT', overrides: manifest.overrides })
  await writeFile(join(dir, 'slides.md'), '# Mine\n')
  expect(await kamishibai('init', dir)).toMatchObject({ code: 1 })
  expect(await readFile(join(dir, 'slides.md'), 'utf8')).toBe('# Mine\n')
})

it('init adds to a package.json only what it lacks, and says what', { timeout: 60_000 }, async () => {
  const dir = await folder()
  await writeFile(join(dir, 'package.json'), JSON.stringify({ dependencies: { '@slidev/cli': '^53.0.1', 'vue': '^3.5.1' }, scripts: { start: 'mine' } }))
  await writeFile(join(dir, 'style.css'), '/* mine */')
  const { out } = await kamishibai('init', dir)
  const written = await read(join(dir, 'package.json')) as { dependencies: object, devDependencies: object }
  expect(written.dependencies).toEqual({ '@slidev/cli': '^53.0.1', 'vue': '^3.5.1' })
  expect(Object.keys(written.devDependencies)).toEqual(expect.arrayContaining(['slidev-addon-kamishibai', 'playwright-chromium']))
  expect(Object.keys(written.devDependencies)).not.toEqual(expect.arrayContaining(['vue']))
  expect(Object.keys(written.devDependencies)).not.toEqual(expect.arrayContaining(['@slidev/cli']))
  expect(out).toMatch(/\nAdded to package\.json: devDependencies slidev-addon-kamishibai, .*; overrides unocss, .*\. What was there stays\.\n/)
  expect(out).toContain('\nKept as it was: style.css, @slidev/cli ^53.0.1 (the addon needs >=53.0.0), vue ^3.5.1 (the addon needs ^3.5.0).\n')
})

it('init shows what a project with a deck needs, where npm reads it', { timeout: 60_000 }, async () => {
  const dir = await folder()
  await writeFile(join(dir, 'slides.md'), '# Mine\n')
  await writeFile(join(dir, 'package.json'), JSON.stringify({ dependencies: { '@slidev/cli': '53.0.0' }, overrides: { unocss: '1.2.3' } }))
  const { code, err } = await kamishibai('init', dir)
  expect(code).toBe(1)
  const { unocss, ...lacking } = manifest.overrides
  expect(unocss).toBeDefined()
  expect((JSON.parse(/^ {2}\{\n[\s\S]*^ {2}\}$/m.exec(err)![0]) as { overrides: object }).overrides).toEqual(lacking)
  expect(err).toContain(`Add to ${join(dir, 'package.json')}`)
  expect(err).toMatch(/\n {2}npm install -D "vue@\S+" \S*slidev-addon-kamishibai\S* "playwright-chromium@\S+"/)
  expect(await readdir(dir)).toEqual(['package.json', 'slides.md'])
})

it('init shows what a project with a deck needs, where pnpm reads it', { timeout: 60_000 }, async () => {
  const dir = await folder()
  await writeFile(join(dir, 'slides.md'), '# Mine\n')
  await writeFile(join(dir, 'package.json'), '{}')
  await writeFile(join(dir, 'pnpm-lock.yaml'), '')
  const { err } = await kamishibai('init', dir)
  const [, yaml] = /pnpm-workspace\.yaml, .*:\n\n([\s\S]*?)\n\n/.exec(err)!
  expect(parse(yaml!)).toMatchObject({ overrides: { ...manifest.overrides, 'markdown-it': '^14.1.0' }, allowBuilds: { 'cpu-features': false, 'protobufjs': false, 'ssh2': false } })
  expect(err).toContain('\n  pnpm add -D ')
  expect(await readdir(dir)).toEqual(['package.json', 'pnpm-lock.yaml', 'slides.md'])
})

it('init writes the overrides where pnpm reads them, and keeps its file', { timeout: 60_000 }, async () => {
  const dir = await folder()
  await writeFile(join(dir, 'pnpm-workspace.yaml'), '# mine\npackages: [.]\noverrides:\n  unocss: 1.2.3\nallowBuilds:\n  ssh2: true\n')
  const { out } = await kamishibai('init', dir)
  expect(out).toContain('pnpm install')
  const text = await readFile(join(dir, 'pnpm-workspace.yaml'), 'utf8')
  expect(text).toContain('# mine')
  expect(parse(text)).toMatchObject({ packages: ['.'], overrides: { ...manifest.overrides, 'unocss': '1.2.3', 'markdown-it': '^14.1.0' }, allowBuilds: { 'cpu-features': false, 'protobufjs': false, 'ssh2': true } })
})

/** A folder with a Node of this version, as a machine has it. */
async function nodeOf(version: string): Promise<string> {
  const dir = await folder()
  await writeFile(join(dir, 'node'), `#!/bin/sh\necho v${version}\n`, { mode: 0o755 })
  return dir
}

it.each([['20.20.2', true], ['22.11.0', true], ['22.12.0', false], ['24.0.0', false]])('init on a machine with Node %s', { timeout: 60_000 }, async (version, brings) => {
  const dir = await folder()
  await writeFile(join(dir, 'pnpm-workspace.yaml'), '')
  // As npm does it, what the repository brings comes first.
  const PATH = [join(ROOT, 'node_modules/.bin'), await nodeOf(version), process.env.PATH].join(delimiter)
  const { code, out } = await kamishibaiIn({ env: { PATH } }, 'init', dir)
  expect(code).toBe(0)
  const written = await read(join(dir, 'package.json'))
  expect(written).toMatchObject({
    devDependencies: brings ? { node: manifest.devDependencies.node } : {},
    ...(brings && { allowScripts: { node: true } }),
  })
  expect('node' in (written as { devDependencies: object }).devDependencies).toBe(brings)
  expect(out.includes(`this machine has ${version}`)).toBe(brings)
  expect((parse(await readFile(join(dir, 'pnpm-workspace.yaml'), 'utf8')) as { allowBuilds: { node?: boolean } }).allowBuilds.node).toBe(brings || undefined)
})

it('init keeps npm from warning of a Node that runs none of the packages, and keeps the .npmrc that is there', { timeout: 60_000 }, async () => {
  const initOn = async (dir: string, version: string): Promise<unknown> => kamishibaiIn({ env: { PATH: [join(ROOT, 'node_modules/.bin'), await nodeOf(version), process.env.PATH].join(delimiter) } }, 'init', dir)
  const [old, own, fresh] = [await folder(), await folder(), await folder()]
  await writeFile(join(own, '.npmrc'), 'audit=false\n')
  await Promise.all([initOn(old, '20.20.2'), initOn(own, '20.20.2'), initOn(fresh, '24.0.0')])
  expect(await readFile(join(old, '.npmrc'), 'utf8')).toMatch(/^loglevel=error$/m)
  expect(await readFile(join(own, '.npmrc'), 'utf8')).toBe('audit=false\n')
  expect(await readdir(fresh)).not.toContain('.npmrc')
})

it.each([
  ['a file', 'file', '/file is a file. Name a folder.'],
  ['no name', '', 'the folder has no name. Name one: kamishibai init talk'],
  ['a broken package.json', 'broken', '/broken/package.json is no package.json: '],
  ['a package.json that is no object', 'list', '/list/package.json is no package.json: it is no object'],
  ['a broken pnpm-workspace.yaml', 'pnpm', '/pnpm/pnpm-workspace.yaml is no YAML: '],
  ['a folder that refuses new ones', '/proc/kamishibai/talk', 'cannot be made: '],
])('init writes nothing into %s, and says why', async (_, name, message) => {
  const dir = await folder()
  await Promise.all(['broken', 'list', 'pnpm'].map(each => mkdir(join(dir, each))))
  await writeFile(join(dir, 'file'), '')
  await writeFile(join(dir, 'broken/package.json'), '{"name": ')
  await writeFile(join(dir, 'list/package.json'), '[]')
  await writeFile(join(dir, 'pnpm/pnpm-workspace.yaml'), 'overrides: [')
  const before = await readdir(dir, { recursive: true })
  const { code, out, err } = await kamishibai('init', name && !name.startsWith('/') ? join(dir, name) : name)
  expect(err).toContain(message)
  expect(err).not.toMatch(/\n {4}at /)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(await readdir(dir, { recursive: true })).toEqual(before)
})
