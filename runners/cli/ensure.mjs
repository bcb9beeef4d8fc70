// Installs by the lockfile when what is installed does not match it. Plain JavaScript for any Node from 20,
// without dependencies: it runs before there are any.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const root = process.cwd()
const modules = join(root, 'node_modules')
const note = join(modules, '.kamishibai-lock')
/** A sibling on the same disk, so that the change-over is one rename. */
const workshop = join(root, '.kamishibai', 'install')

const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex')
const installed = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined

if (installed !== hash)
  process.exit(install())

function install() {
  console.log(existsSync(modules)
    ? 'The lockfile has changed: installing what it names …'
    : 'First start: installing what the lockfile names. This takes a minute or two …')
  rmSync(workshop, { recursive: true, force: true })
  mkdirSync(workshop, { recursive: true })
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
    if (existsSync(join(root, file)))
      copyFileSync(join(root, file), join(workshop, file))
  }
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: workshop, stdio: 'inherit', shell: process.platform === 'win32', env: withoutLifecycle(process.env) })
  if (status !== 0) {
    if (existsSync(modules)) {
      console.warn('The installation failed, so the one that is there stays in use. Try again when there is a network.')
      return 0
    }
    console.error('The installation failed and there is none yet. Is there a network? Then run the same command again.')
    return 1
  }
  const old = join(workshop, 'old')
  writeFileSync(join(workshop, 'node_modules', '.kamishibai-lock'), hash)
  if (existsSync(modules))
    renameSync(modules, old)
  renameSync(join(workshop, 'node_modules'), modules)
  rmSync(workshop, { recursive: true, force: true })
  return 0
}

/** npm's variables of the script that runs this would make the inner npm believe that it installs this package. */
function withoutLifecycle(env) {
  return Object.fromEntries(Object.entries(env).filter(([key]) => !/^npm_(?:lifecycle|package)_/.test(key) && key !== 'npm_config_local_prefix'))
}
