import type { Deck } from '../../deck/deck.ts'
import type { Building } from '../../protocol/building.ts'
import type { StepError } from '../../protocol/error.ts'
import type { BuiltFlavour } from '../../protocol/flavour.ts'
import type { GetFile } from '../../service/offline/public-file.ts'
import type { MissingFile } from '../../service/offline/site-files.ts'
import type { KeptBuild } from '../../service/store/builds.ts'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { remotePicturesOf } from '../../deck/web-parts.ts'
import { isStepError } from '../../protocol/error.ts'
import { keepFiles } from '../../service/offline/site-files.ts'
import { forgetBuild, keepBuild, readKept } from '../../service/store/builds.ts'
import { ownerId, ownerState } from '../../service/sweep/owner.ts'
import { digestFiles, hashDigests } from '../../service/trust/files.ts'
import { checkBuildWrites } from '../slidev/writable.ts'
import { buildDeck } from './build.ts'
import { buildKey, digestsOf } from './key.ts'

/** How many builds of a deck are kept in one flavour: the newest, and the one before as a rescue. */
const KEPT = 2
/** A file that names a process which uses the build beside it. */
const USE = '.used-by-'

export interface BuiltOptions {
  flavour: BuiltFlavour
  signal: AbortSignal
  /** Whether a build gives way to a talk that goes on. @default false */
  gentle?: boolean
  /** Calls back while the deck is built; never where it was built before. */
  onBuilding?: (building: Building) => void
  /** @default Slidev's */
  build?: typeof buildDeck
  /** Gets what pages load from the internet. @default from there */
  get?: GetFile
}

/** A build that failed; `last` is the newest of earlier ones that is whole. */
export interface FailedBuild { error: StepError, last?: KeptBuild }

/**
 * What is built of a deck as it is now, built now where it was not before. It is this process's to use until what
 * {@link useBuild} gives is called: no other one removes it meanwhile.
 */
export async function builtOf(deck: Deck, options: BuiltOptions): Promise<KeptBuild | FailedBuild> {
  const { flavour } = options
  const key = await buildKey(deck, flavour)
  const kept = readKept(deck, flavour, process.env)
  const same = kept.find(build => build.key === key)
  if (same && await isStillCurrent(same))
    return same.missing.length ? fetchMissing(deck, same, options) : same
  try {
    const build = await makeBuild(deck, key, options)
    await dropOld(deck, flavour)
    return build
  }
  catch (error) {
    if (!isStepError(error))
      throw error
    for (const last of kept) {
      if (await isWhole(last))
        return { error, last }
    }
    return { error }
  }
}

/** Keeps a build while this process uses it; returns what ends that. */
export async function useBuild({ dir }: Pick<KeptBuild, 'dir'>): Promise<() => Promise<void>> {
  const path = `${dir}${USE}${process.pid}`
  await writeFile(path, ownerId()).catch(() => {})
  return () => rm(path, { force: true })
}

async function makeBuild(
  deck: Deck,
  key: string,
  { onBuilding, build: make = buildDeck, get, ...options }: BuiltOptions,
): Promise<KeptBuild> {
  checkBuildWrites(deck)
  const folder = folderOf(deck)
  await mkdir(folder, { recursive: true })
  await writeFile(join(deck.dir, '.kamishibai', '.gitignore'), '*\n')
  // Two commands may build the same deck at once.
  const dir = await mkdtemp(join(folder, `${options.flavour}-${key}-`))
  const release = await useBuild({ dir })
  try {
    let outside: string[] = []
    const broken = await make(deck, {
      ...options,
      target: dir,
      onBuilding(building) {
        outside = building.outside ?? outside
        onBuilding?.(building)
      },
    })
    const missing = await fetchFiles(deck, options.flavour, dir, get)
    const build: KeptBuild = {
      key,
      flavour: options.flavour,
      at: new Date().toISOString(),
      dir,
      hash: await hashOf(dir),
      outside: digestsOf(outside),
      missing,
      broken,
    }
    keepBuild(deck, build, process.env)
    return build
  }
  catch (error) {
    await rm(dir, { recursive: true, force: true })
    await release()
    throw error
  }
}

const folderOf = ({ dir, name }: Pick<Deck, 'dir' | 'name'>): string => join(dir, '.kamishibai', 'builds', name)

/** Puts what the pages load from the internet beside them; the audience's own devices have an internet of their own. */
async function fetchFiles(deck: Deck, flavour: BuiltFlavour, dir: string, get?: GetFile): Promise<MissingFile[]> {
  return flavour === 'stage' ? keepFiles(dir, await remotePicturesOf(deck.file), get) : []
}

/** Tries again what could not be fetched when it was built. */
async function fetchMissing(deck: Deck, build: KeptBuild, { flavour, get }: BuiltOptions): Promise<KeptBuild> {
  const missing = await fetchFiles(deck, flavour, build.dir, get)
  const now = { ...build, missing, hash: await hashOf(build.dir) }
  keepBuild(deck, now, process.env)
  return now
}

/** Whether its files are as they were built. */
async function isWhole({ dir, hash }: KeptBuild): Promise<boolean> {
  return existsSync(dir) && await hashOf(dir) === hash
}

/** Whether a build can be used; from then on this process does. */
async function isStillCurrent(build: KeptBuild): Promise<boolean> {
  const release = await useBuild(build)
  const current = await isCurrent(build)
  if (!current)
    await release()
  return current
}

/** The same, and what it was made of outside of the deck's folder too. */
async function isCurrent(build: KeptBuild): Promise<boolean> {
  const outside = digestsOf(Object.keys(build.outside))
  return JSON.stringify(outside) === JSON.stringify(build.outside) && await isWhole(build)
}

async function hashOf(dir: string): Promise<string> {
  return hashDigests(await digestFiles(dir, []))
}

/** Removes what is neither among the newest nor used: older builds, and those that nobody knows any more. */
async function dropOld(deck: Deck, flavour: BuiltFlavour): Promise<void> {
  const kept = readKept(deck, flavour, process.env)
  const staying = new Set(kept.slice(0, KEPT).map(({ dir }) => dir))
  const entries = await readdir(folderOf(deck), { withFileTypes: true })
  for (const { name } of entries.filter(entry => entry.isDirectory() && entry.name.startsWith(`${flavour}-`))) {
    const dir = join(folderOf(deck), name)
    if (staying.has(dir) || await isUsed(dir, entries.map(entry => entry.name)))
      continue
    await rm(dir, { recursive: true, force: true })
  }
  kept.filter(({ dir }) => !existsSync(dir)).forEach(build => forgetBuild(deck, build, process.env))
}

/** Whether a process that is there uses a build; `names` are those of all that lies beside it. */
async function isUsed(dir: string, names: string[]): Promise<boolean> {
  const folder = dirname(dir)
  const marks = names.filter(name => name.startsWith(`${basename(dir)}${USE}`))
  const users = await Promise.all(marks.map(name => readFile(join(folder, name), 'utf8').catch(() => '')))
  return users.some(user => ownerState(user) === 'alive')
}
