import type { Deck } from '../../deck/deck.ts'
import type { Building } from '../../protocol/building.ts'
import type { StepError } from '../../protocol/error.ts'
import type { BuiltFlavour } from '../../protocol/flavour.ts'
import type { GetFile } from '../../service/offline/public-file.ts'
import type { MissingFile } from '../../service/offline/site-files.ts'
import type { KeptBuild } from '../../service/store/builds.ts'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { remotePicturesOf } from '../../deck/web-parts.ts'
import { isStepError } from '../../protocol/error.ts'
import { keepFiles } from '../../service/offline/site-files.ts'
import { dropBuild, keepBuild, readKept } from '../../service/store/builds.ts'
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

/** What is built of a deck as it is now, built now where it was not before. */
export async function builtOf(deck: Deck, options: BuiltOptions): Promise<KeptBuild | FailedBuild> {
  const { flavour } = options
  const key = await buildKey(deck, flavour)
  const kept = readKept(deck, flavour, process.env)
  const same = kept.find(build => build.key === key)
  if (same && await isCurrent(same))
    return same.missing.length ? fetchMissing(deck, same, options) : same
  try {
    const build = await makeBuild(deck, key, options)
    await dropOld(deck, [build, ...kept.filter(other => other.dir !== build.dir)])
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
export async function useBuild({ dir }: KeptBuild): Promise<() => Promise<void>> {
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
  const folder = join(deck.dir, '.kamishibai', 'builds', deck.name)
  await mkdir(folder, { recursive: true })
  await writeFile(join(deck.dir, '.kamishibai', '.gitignore'), '*\n')
  const draft = await mkdtemp(join(folder, 'draft-'))
  try {
    let outside: string[] = []
    const broken = await make(deck, {
      ...options,
      target: draft,
      onBuilding(building) {
        outside = building.outside ?? outside
        onBuilding?.(building)
      },
    })
    const missing = await fetchFiles(deck, options.flavour, draft, get)
    const dir = join(folder, `${options.flavour}-${key}`)
    await rm(dir, { recursive: true, force: true })
    await rename(draft, dir)
    const build: KeptBuild = {
      key,
      flavour: options.flavour,
      at: new Date().toISOString(),
      dir,
      hash: await hashOf(dir),
      outside: await digestsOf(outside),
      missing,
      broken,
    }
    keepBuild(deck, build, process.env)
    return build
  }
  finally {
    await rm(draft, { recursive: true, force: true })
  }
}

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

/** The same, and what it was made of outside of the deck's folder too. */
async function isCurrent(build: KeptBuild): Promise<boolean> {
  const outside = await digestsOf(Object.keys(build.outside))
  return JSON.stringify(outside) === JSON.stringify(build.outside) && await isWhole(build)
}

async function hashOf(dir: string): Promise<string> {
  return hashDigests(await digestFiles(dir, []))
}

async function dropOld(deck: Deck, builds: KeptBuild[]): Promise<void> {
  for (const build of builds.slice(KEPT)) {
    if (!await isUsed(build))
      dropBuild(deck, build, process.env)
  }
}

async function isUsed({ dir }: KeptBuild): Promise<boolean> {
  const folder = join(dir, '..')
  const name = `${dir.slice(folder.length + 1)}${USE}`
  const files = (await readdir(folder).catch(() => [])).filter(file => file.startsWith(name))
  const users = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8').catch(() => '')))
  return users.some(user => ownerState(user) === 'alive')
}
