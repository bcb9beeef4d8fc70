import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { ROOT } from '../_cli.ts'

const run = promisify(execFile)

/** A package with one module, in TypeScript, where packages are installed. */
async function installed(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-types-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const own = join(dir, 'node_modules/slidev-addon-kamishibai')
  await mkdir(join(own, 'runners/service'), { recursive: true })
  await cp(join(ROOT, 'runners/typescript.mjs'), join(own, 'runners/typescript.mjs'))
  await symlink(join(ROOT, 'node_modules/jiti'), join(dir, 'node_modules/jiti'))
  await writeFile(join(own, 'package.json'), '{"type":"module"}')
  await writeFile(join(own, 'runners/answer.ts'), 'export interface Answer { value: number }\nexport const answer: Answer = { value: 42 }\n')
  await writeFile(join(own, 'main.mjs'), 'import { importTypeScript, isNative } from "./runners/typescript.mjs"\nconst { answer } = await importTypeScript("runners/answer.ts")\nconsole.log(answer.value, isNative)\n')
  return join(own, 'main.mjs')
}

it.each([['Node itself', []], ['jiti, where Node cannot', ['--no-strip-types']]])('our TypeScript is read by %s below node_modules, without a word', async (_, flags) => {
  const main = await installed()
  expect(await run(process.execPath, [...flags, main])).toEqual({ stdout: `42 ${!flags.length}\n`, stderr: '' })
})

it.each([
  ['our own process', {}],
  ['one that we start', { JITI_TRY_NATIVE: 'true' }],
])('leaves the setup files of a deck to jiti, in which they may say require and __dirname: %s', async (_, env) => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-setup-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'package.json'), '{"type":"module"}')
  await writeFile(join(dir, 'setup.ts'), 'export default (): string => require("node:path").basename(__dirname)\n')
  await writeFile(join(dir, 'main.mjs'), `
import ${JSON.stringify(join(ROOT, 'runners/typescript.mjs'))}
import { createJiti } from ${JSON.stringify(join(ROOT, 'node_modules/jiti/lib/jiti.mjs'))}
// As Slidev makes it.
const jiti = createJiti(import.meta.url, { moduleCache: false })
console.log((await jiti.import(${JSON.stringify(join(dir, 'setup.ts'))})).default())
const ours = ${JSON.stringify(join(ROOT, 'runners/deck/info.ts'))}
console.log((await jiti.import(ours)).parseInfo === (await import(ours)).parseInfo)
`)
  expect(await run(process.execPath, [join(dir, 'main.mjs')], { env: { ...process.env, ...env } })).toEqual({ stdout: `${basename(dir)}\ntrue\n`, stderr: '' })
})
