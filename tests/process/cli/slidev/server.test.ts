import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { misfitOf } from '../../../../runners/cli/slidev/server.ts'
import { kamishibai } from '../../../_cli.ts'

/** A project whose Slidev asks comark for what `markdown-it` there does not have. */
async function projectOf(use: string, markdownIt: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-misfit-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const files: Record<string, string> = {
    'slides.md': '---\ntheme: none\naddons: [kamishibai]\n---\n\n# T\n',
    'node_modules/@slidev/cli/package.json': '{"name":"@slidev/cli","version":"53.0.0","type":"module","exports":{".":"./dist/index.mjs","./*":"./*"}}',
    'node_modules/@slidev/cli/bin/slidev.mjs': 'import(\'../dist/index.mjs\')\n',
    'node_modules/@slidev/cli/dist/index.mjs': 'export * from \'@comark/markdown-it\'\n',
    'node_modules/@comark/markdown-it/package.json': '{"name":"@comark/markdown-it","type":"module","exports":"./index.mjs"}',
    'node_modules/@comark/markdown-it/index.mjs': use,
    ...Object.fromEntries(Object.entries(markdownIt).map(([name, text]) => [`node_modules/markdown-it/${name}`, text])),
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  return dir
}

const MANIFEST = '{"name":"markdown-it","type":"module","exports":{".":"./index.mjs"}}'
const TOLD = 'Slidev cannot be loaded: markdown-it is not the one that @comark/markdown-it needs. Write markdown-it: ^14.1.0 under overrides in the project\'s package.json, or in its pnpm-workspace.yaml, and install again.\n'

it.each([
  ['lacks a path', 'import Token from \'markdown-it/lib/token.mjs\'\nexport { Token }\n', { 'package.json': MANIFEST, 'index.mjs': '' }],
  ['is not there', 'import it from \'markdown-it\'\nexport { it }\n', {}],
])('build and export say in a sentence that a package of Slidev\'s %s', { timeout: 60_000 }, async (_, use, markdownIt) => {
  const dir = await projectOf(use, markdownIt)
  for (const args of [['build', join(dir, 'slides.md'), '--output', join(dir, 'site')], ['export', join(dir, 'slides.md'), '--format', 'html', '--output', join(dir, 'a.html')]]) {
    const { code, err } = await kamishibai(...args)
    expect(err.startsWith(TOLD)).toBe(true)
    expect(err).not.toMatch(/\n {4}at /)
    expect(code).toBe(1)
  }
})

it('knows a package without an export too, and leaves other errors as they are', async () => {
  const dir = await projectOf('', { 'package.json': MANIFEST, 'index.mjs': 'export const a = 1\n' })
  await writeFile(join(dir, 'node_modules/@comark/markdown-it/index.mjs'), 'import { Token } from \'markdown-it\'\nexport { Token }\n')
  const error: unknown = await import(/* @vite-ignore */ pathToFileURL(join(dir, 'node_modules/@slidev/cli/dist/index.mjs')).href).catch((thrown: unknown) => thrown)
  expect(misfitOf(error)).toMatchObject({ code: 'missing-tool', message: expect.stringContaining('markdown-it is not the one that') as string })
  const other = new TypeError('no')
  expect(misfitOf(other)).toBe(other)
})
