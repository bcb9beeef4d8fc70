import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { StepError } from '../../protocol/error.ts'
import { isNewEnough } from '../../protocol/node-version.mjs'
import { adviceFor } from '../init/existing.ts'
import { formatLacking, keptPeers, lackingIn, nameless, neededOf, withLacking } from '../init/manifest.ts'
import { usesPnpm, writeWorkspace } from '../init/pnpm.ts'
import { ATTRIBUTES, DECK, STYLE } from '../init/template.ts'
import { makeFolder } from '../io/folder.ts'
import { say } from '../io/say.ts'
import { isCheckout, OWN_ROOT, readManifest } from '../slidev/package-json.ts'

/** npm itself runs on the machine's Node, and would warn of it at each call. */
const QUIET = `; The packages run on the Node that this project brings. npm would warn of the machine's own, which is older.
loglevel=error
`

/**
 * `kamishibai init`: a deck of three slides in `dir`, and the package.json with which it installs; resolves with the
 * exit code.
 */
export async function init({ dir }: { dir: string }): Promise<number> {
  if (!dir)
    throw new StepError('usage', 'the folder has no name', 'Name one: kamishibai init talk')
  const deck = join(dir, 'slides.md')
  const own = readManifest(join(OWN_ROOT, 'package.json'))!
  const node = await machineNode(process.env.PATH)
  const bringsNode = !node || !isNewEnough(node)
  if (existsSync(deck)) {
    say.error(await adviceFor(deck, own, bringsNode))
    return 1
  }
  await makeFolder(dir)
  const there = readManifest(join(dir, 'package.json'))
  const pnpm = usesPnpm(dir)
  if (pnpm)
    await writeWorkspace(dir, own.overrides!, bringsNode)
  const addon = isCheckout ? `file:${await pack(dir)}` : `^${own.version}`
  const lacking = lackingIn(there ?? {}, neededOf({ own, addon, bringsNode }))
  await writeFile(join(dir, 'package.json'), `${JSON.stringify(withLacking(there ?? nameless(dir), lacking), null, 2)}\n`)
  await writeFile(deck, DECK)
  const kept = [
    ...await writeNew(join(dir, 'style.css'), STYLE) ? [] : ['style.css'],
    ...await writeNew(join(dir, '.gitignore'), 'node_modules/\n.kamishibai/\n.slidev/\ndist/\n') ? [] : ['.gitignore'],
    ...await writeNew(join(dir, '.gitattributes'), ATTRIBUTES) ? [] : ['.gitattributes'],
    ...there ? keptPeers(there, own) : [],
  ]
  if (bringsNode && !pnpm)
    await writeNew(join(dir, '.npmrc'), QUIET)
  const manager = pnpm ? 'pnpm' : 'npm'
  process.stdout.write([
    `${deck} has three slides.${isCheckout ? ' The addon is packed beside it from this working tree.' : ''}${bringsNode ? ` Its package.json brings a Node of its own, for npm start and npx kamishibai: this machine has ${node ?? 'none'}.` : ''}`,
    ...there ? [`Added to package.json: ${formatLacking(lacking) || 'nothing'}. What was there stays.`] : [],
    ...kept.length ? [`Kept as it was: ${kept.join(', ')}.`] : [],
    'Now:',
    ...resolve(dir) === process.cwd() ? [] : [`  cd ${dir}`],
    `  ${manager} install`,
    `  ${manager} start`,
    '',
  ].join('\n'))
  return 0
}

/** Writes a file that is not there; returns whether it did. */
async function writeNew(path: string, text: string): Promise<boolean> {
  if (existsSync(path))
    return false
  await writeFile(path, text)
  return true
}

/**
 * Packs this working tree as it would be published, into `dir`; returns the file's name. Throws StepError where npm
 * cannot.
 */
async function pack(dir: string): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', resolve(dir)], { cwd: OWN_ROOT, shell: process.platform === 'win32' })
    .catch((error: Error) => { throw new StepError('command-failed', `this working tree could not be packed for ${dir}`, 'See what npm says: npm pack', { cause: error }) })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  return filename
}

/**
 * The version of the Node that a terminal finds: not the one that npm puts before it for a script. Undefined where
 * there is none.
 */
async function machineNode(path = ''): Promise<string | undefined> {
  const folders = path.split(delimiter).filter(folder => folder && !/[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder))
  for (const folder of folders) {
    const version = await promisify(execFile)(join(folder, 'node'), ['--version']).then(({ stdout }) => stdout.trim().replace(/^v/, ''), () => undefined)
    if (version)
      return version
  }
  return undefined
}
