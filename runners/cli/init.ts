import type { Manifest } from './project.ts'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { parseDocument } from 'yaml'
import { StepError } from '../protocol/error.ts'
import { makeFolder } from './folder.ts'
import { DECK, STYLE } from './init-template.ts'
import { isNewEnough, machineNode } from './own-node.ts'
import { isCheckout, OWN_ROOT, readManifest } from './project.ts'

const PRINTER = 'playwright-chromium'

/** npm itself runs on the machine's Node, and would warn of it at each call. */
const QUIET = `; The packages run on the Node that this project brings. npm would warn of the machine's own, which is older.
loglevel=error
`

/** `kamishibai init`: a deck of three slides in `dir`, and the package.json with which it installs; resolves with the exit code. */
export async function init({ dir }: { dir: string }): Promise<number> {
  if (!dir)
    throw new StepError('bad-input', 'the folder has no name', 'Name one: kamishibai init talk')
  const deck = join(dir, 'slides.md')
  if (existsSync(deck)) {
    console.error(`There is ${deck} already: nothing was written. To run steps in it, add \`addons: [kamishibai]\` to its headmatter.`)
    return 1
  }
  await makeFolder(dir)
  const there = readManifest(join(dir, 'package.json'))
  const own = readManifest(join(OWN_ROOT, 'package.json'))!
  const node = await machineNode(process.env.PATH)
  const bringsNode = !node || !isNewEnough(node)
  const pnpm = usesPnpm(dir)
  if (pnpm)
    await writeWorkspace(join(dir, 'pnpm-workspace.yaml'), own.overrides!, bringsNode)
  const addon = isCheckout ? `file:${await pack(dir)}` : `^${own.version}`
  await writeFile(join(dir, 'package.json'), `${JSON.stringify(manifestOf({ dir, there, own, addon, bringsNode }), null, 2)}\n`)
  await writeFile(deck, DECK)
  if (!existsSync(join(dir, 'style.css')))
    await writeFile(join(dir, 'style.css'), STYLE)
  if (!existsSync(join(dir, '.gitignore')))
    await writeFile(join(dir, '.gitignore'), 'node_modules/\n.kamishibai/\n.slidev/\ndist/\n')
  if (bringsNode && !pnpm && !existsSync(join(dir, '.npmrc')))
    await writeFile(join(dir, '.npmrc'), QUIET)
  process.stdout.write(`${deck} has three slides.${isCheckout ? ' The addon is packed beside it from this working tree.' : ''}${bringsNode ? ` Its package.json brings a Node of its own, for npm start and npx kamishibai: this machine has ${node ?? 'none'}.` : ''} Now:\n${resolve(dir) === process.cwd() ? '' : `  cd ${dir}\n`}  ${pnpm ? 'pnpm' : 'npm'} install\n  ${pnpm ? 'pnpm' : 'npm'} start\n`)
  return 0
}

/** Whether the folder is one of pnpm's, or pnpm calls us. */
function usesPnpm(dir: string): boolean {
  return ['pnpm-lock.yaml', 'pnpm-workspace.yaml'].some(name => existsSync(join(dir, name))) || (process.env.npm_config_user_agent ?? '').startsWith('pnpm')
}

/** What is faster with a program built at its installation, and works without: pnpm ends with an error until it is told. */
const UNBUILT = ['cpu-features', 'protobufjs', 'ssh2']

/** pnpm reads overrides here; what stands in the file stays. */
async function writeWorkspace(file: string, overrides: Record<string, string>, bringsNode: boolean): Promise<void> {
  const document = parseDocument(existsSync(file) ? await readFile(file, 'utf8') : '')
  if (document.errors.length)
    throw new StepError('bad-input', `${file} is no YAML: ${document.errors[0]!.message}`, 'Mend it first.')
  const settings = [...Object.entries(overrides).map(([name, version]) => [['overrides', name], version] as const), ...UNBUILT.map(name => [['allowBuilds', name], false] as const), ...bringsNode ? [[['allowBuilds', 'node'], true] as const] : []]
  for (const [path, value] of settings) {
    if (!document.hasIn(path))
      document.setIn(path, value)
  }
  await writeFile(file, document.toString())
}

/** Packs this working tree as it would be published, into `dir`; returns the file's name. Throws StepError where npm cannot. */
async function pack(dir: string): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', resolve(dir)], { cwd: OWN_ROOT, shell: process.platform === 'win32' })
    .catch((error: Error) => { throw new StepError('failed', `this working tree could not be packed for ${dir}`, 'See what npm says: npm pack', { cause: error }) })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  return filename
}

interface NewManifest { dir: string, there?: Manifest, own: Manifest, addon: string, bringsNode: boolean }

/** What stands in the folder's manifest stays. An addon's own overrides have no effect: the project carries them itself. */
function manifestOf({ dir, there = nameless(dir), own, addon, bringsNode }: NewManifest): Manifest {
  const needed = [PRINTER, ...bringsNode ? ['node'] : []].map(name => [name, own.devDependencies![name]!])
  return {
    ...there,
    scripts: { start: 'kamishibai present slides.md', ...there.scripts },
    // With the printer Slidev prints; it brings no browser of its own.
    devDependencies: { ...own.peerDependencies, [own.name!]: addon, ...Object.fromEntries(needed) as Record<string, string>, ...there.devDependencies },
    overrides: { ...own.overrides, ...there.overrides },
    // It is fetched by a script, which a newer npm runs only if it is named.
    ...bringsNode && { allowScripts: { node: true, ...there.allowScripts } },
  }
}

function nameless(dir: string): Manifest {
  return { name: basename(resolve(dir)).toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-').replace(/^-+/, '') || 'talk', private: true, type: 'module' }
}
