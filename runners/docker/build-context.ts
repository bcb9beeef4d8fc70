import type { Pack } from 'tar-stream'
import type { Ignore } from './ignore.ts'
import { createReadStream, realpathSync } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import { StepError } from '../protocol/error.ts'
import { parseIgnore } from './ignore.ts'

/** The largest context that is sent, in bytes. */
const LARGEST = 512 * 1024 * 1024
/** The name of the fence's Dockerfile in the context, where a file of its own may be called Dockerfile. */
export const DOCKERFILE = '.kamishibai.Dockerfile'

interface Entry { name: string, path: string, type: 'file' | 'directory' | 'symlink', mode: number, size: number, mtime: Date, linkname?: string }

/** What a build is given beside its Dockerfile. */
export interface BuildContext {
  /** Of all files together. */
  bytes: number
  /** The archive with `dockerfile` in it; `onBytes` is told how much has been sent. */
  open: (dockerfile: string, onBytes: (bytes: number) => void, signal: AbortSignal) => Pack
}

/**
 * The folder `folder` below the deck's, without what its `.dockerignore` names; an empty context where there is none.
 */
export async function readContext(deckDir: string, folder: string | undefined): Promise<BuildContext> {
  const entries = folder === undefined ? [] : await listEntries(folderOf(deckDir, folder))
  const bytes = entries.reduce((sum, entry) => sum + entry.size, 0)
  if (bytes > LARGEST)
    throw new StepError('bad-context', `the context ${folder} holds ${Math.round(bytes / 1024 / 1024)} MB, more than ${LARGEST / 1024 / 1024}`, 'Name in its .dockerignore what the image does not need.')
  return {
    bytes,
    open(dockerfile, onBytes, signal) {
      const archive = pack()
      signal.addEventListener('abort', () => archive.destroy(), { once: true })
      fill(archive, entries, dockerfile, onBytes).catch(error => archive.destroy(error as Error))
      return archive
    },
  }
}

function folderOf(deckDir: string, folder: string): string {
  let path: string
  try {
    path = realpathSync(resolve(deckDir, folder))
  }
  catch (error) {
    throw new StepError('bad-context', `the context ${folder} is not there`, 'Paths start at the deck\'s folder.', { cause: error })
  }
  const root = realpathSync(deckDir)
  if (path !== root && !path.startsWith(root + sep))
    throw new StepError('outside-deck', `the context ${folder} lies outside the deck's folder`, 'Copy what the image needs below the deck.')
  return path
}

async function listEntries(root: string): Promise<Entry[]> {
  const ignored: Ignore = parseIgnore(await readFile(join(root, '.dockerignore'), 'utf8').catch(() => ''))
  const entries: Entry[] = []
  async function walk(folder: string): Promise<void> {
    const names = await readdir(join(root, folder)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOTDIR' ? new StepError('bad-context', 'the context is no folder', 'Name a folder below the deck\'s.', { cause: error }) : error
    })
    for (const base of names.sort()) {
      const name = folder ? `${folder}/${base}` : base
      const path = join(root, name)
      const { mode, size, mtime, ...stats } = await lstat(path).then(s => ({
        mode: s.mode & 0o7777,
        size: s.size,
        mtime: s.mtime,
        isFile: s.isFile(),
        isFolder: s.isDirectory(),
        isLink: s.isSymbolicLink(),
      }))
      // A folder that is left out may hold what a later pattern takes back.
      if (!ignored(name)) {
        if (stats.isFile)
          entries.push({ name, path, type: 'file', mode, size, mtime })
        else if (stats.isLink)
          entries.push({ name, path, type: 'symlink', mode, size: 0, mtime, linkname: await readlink(path) })
        else if (stats.isFolder)
          entries.push({ name, path, type: 'directory', mode, size: 0, mtime })
      }
      if (stats.isFolder)
        await walk(name)
    }
  }
  await walk('')
  return entries
}

async function fill(
  archive: Pack,
  entries: Entry[],
  dockerfile: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let sent = 0
  for (const { path, type, size, ...header } of entries) {
    if (type === 'file') {
      await pipeline(createReadStream(path, { end: Math.max(0, size - 1) }), archive.entry({ ...header, type, size }))
      onBytes((sent += size))
    }
    else {
      archive.entry({ ...header, type })
    }
  }
  archive.entry({ name: DOCKERFILE }, dockerfile)
  archive.finalize()
}
