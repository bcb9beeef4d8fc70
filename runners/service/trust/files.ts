import type { Dirent, Stats } from 'node:fs'
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { StepError } from '../../protocol/error.ts'

/** Folders that hold what is installed or generated. */
const SKIPPED = new Set(['node_modules', '.git', '.kamishibai'])
const RE_RECORDING = /^recordings\/.*\.(?:cast|events\.jsonl)$/
/** More is no deck's folder, but a home: nobody wants to wait for it. */
const LIMITS = { files: 20_000, bytes: 2 * 1024 ** 3 }
/** Files of this size, in bytes, are not read whole. */
const STREAMED = 8 * 1024 ** 2

/** SHA-256 of each file, by its path relative to the deck's folder, with `/`. */
export type Digests = Record<string, string>

/**
 * Digests of all files below `dir` but recordings, of what links there lead to, and of the files `more` (absolute).
 * Throws StepError `bad-deck` where the folder holds more than can be read at a start.
 */
export async function digestFiles(dir: string, more: string[]): Promise<Digests> {
  const paths = new Map<string, { path: string, size: number }>()
  const visited = new Set<string>()
  let bytes = 0

  function add(name: string, path: string, info: Stats): void {
    paths.set(name, { path, size: info.size })
    bytes += info.size
    if (paths.size > LIMITS.files || bytes > LIMITS.bytes)
      throw new StepError('bad-deck', `the deck's folder ${dir} holds too much to be looked through: more than ${LIMITS.files} files or 2 GiB`, 'Move the deck into a folder of its own.')
  }

  async function walk(folder: string): Promise<void> {
    const real = await realpath(folder)
    if (visited.has(real))
      return
    visited.add(real)
    for (const entry of (await readdir(folder, { withFileTypes: true })).sort(byName)) {
      const path = join(folder, entry.name)
      const name = nameOf(dir, path)
      if (SKIPPED.has(entry.name) || RE_RECORDING.test(name))
        continue
      // A link that leads nowhere is no file.
      const info = await stat(path).catch(() => undefined)
      if (info?.isDirectory())
        await walk(path)
      else if (info?.isFile())
        add(name, path, info)
    }
  }

  await walk(dir)
  for (const path of more) {
    const info = await stat(path).catch(() => undefined)
    if (info?.isFile())
      add(nameOf(dir, path), path, info)
  }
  const digests: Digests = {}
  for (const [name, { path, size }] of [...paths].sort(([a], [b]) => a < b ? -1 : 1))
    digests[name] = await digestOf(path, size)
  return digests
}

/** One hash over all digests. */
export function hashDigests(digests: Digests): string {
  return createHash('sha256').update(JSON.stringify(Object.entries(digests))).digest('hex')
}

/** Names of files that are new, gone or changed. */
export function compareDigests(
  before: Digests,
  now: Digests,
): { added: string[], removed: string[], changed: string[] } {
  return {
    added: Object.keys(now).filter(name => !(name in before)),
    removed: Object.keys(before).filter(name => !(name in now)),
    changed: Object.keys(now).filter(name => name in before && before[name] !== now[name]),
  }
}

function nameOf(dir: string, path: string): string {
  return relative(dir, path).replaceAll(sep, '/')
}

async function digestOf(path: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  // A stream of its own takes longer than most files.
  if (size < STREAMED)
    return hash.update(readFileSync(path)).digest('hex')
  for await (const chunk of createReadStream(path))
    hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1
}
