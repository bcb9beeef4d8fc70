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
const old = join(workshop, 'old')

const lockfile = readFileSync(join(root, 'package-lock.json'))
const hash = createHash('sha256').update(lockfile).digest('hex')

// A change-over that was cut off between its two renames.
if (!existsSync(modules) && existsSync(old))
  renameSync(old, modules)

if (readNote() !== hash)
  process.exitCode = install()

function readNote() {
  if (existsSync(note))
    return readFileSync(note, 'utf8').trim()
  if (!isInstalledByHand())
    return undefined
  writeFileSync(note, hash)
  return hash
}

/** Whether `npm ci` without us has installed exactly this lockfile; packages for other platforms may be missing. */
function isInstalledByHand() {
  try {
    const { packages: wanted } = JSON.parse(lockfile.toString())
    const { packages: present } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'))
    return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional }]) =>
      path === '' || (present[path] ? present[path].version === version && present[path].integrity === integrity : optional || devOptional))
    && Object.keys(present).every(path => wanted[path])
  }
  catch {
    return false
  }
}

function install() {
  const before = existsSync(modules)
  console.log(before
    ? 'The lockfile has changed: installing what it names …'
    : 'First start: installing what the lockfile names. This takes a minute or two …')
  rmSync(workshop, { recursive: true, force: true })
  mkdirSync(workshop, { recursive: true })
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
    if (existsSync(join(root, file)))
      copyFileSync(join(root, file), join(workshop, file))
  }
  const windows = process.platform === 'win32'
  // Where an older installation can step in, a speaker without network must not wait for many attempts.
  const patience = before ? ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=2000'] : []
  // Warnings speak of the machine's own Node, for which one of the packages stands in.
  const { status } = spawnSync(windows ? 'npm.cmd' : 'npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund', '--prefer-offline', ...patience], { cwd: workshop, stdio: 'inherit', shell: windows, env: withoutLifecycle(process.env) })
  if (status !== 0) {
    rmSync(workshop, { recursive: true, force: true })
    if (before) {
      console.warn('The installation failed, so the one that is there stays in use. Try again when there is a network.')
      return 0
    }
    console.error('The installation failed and there is none yet. Is there a network? Then run the same command again.')
    return 1
  }
  // A lockfile that names nothing leaves no folder.
  mkdirSync(join(workshop, 'node_modules'), { recursive: true })
  writeFileSync(join(workshop, 'node_modules', '.kamishibai-lock'), hash)
  if (before)
    renameSync(modules, old)
  renameSync(join(workshop, 'node_modules'), modules)
  rmSync(workshop, { recursive: true, force: true })
  return 0
}

/** npm's variables of the script that runs this would make the inner npm believe that it installs this package. */
function withoutLifecycle(env) {
  return Object.fromEntries(Object.entries(env).filter(([key]) => !/^npm_(?:lifecycle|package)_/.test(key) && key !== 'npm_config_local_prefix'))
}
