import type { Extract, Pack } from 'tar-stream'
import type { Asked, Verdict } from './route.ts'
import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { malformed } from './refusal.ts'
import { asObject } from './shape.ts'

/** Files of an archive of images that say which names its images get. */
const INDEXES = new Set(['manifest.json', 'repositories', 'index.json'])
/** An entry of an archive that is read. */
type Entry = Extract extends AsyncIterable<infer Source> ? Source : never

/** The largest that such a file may be, in bytes. */
const LARGEST_INDEX = 4 * 1024 * 1024

/**
 * Loads images from an archive, after a look at the names that it would set: the index may be its last file. The engine
 * gets an archive that is written anew from what was read, for two programs may read the same bytes as different files.
 */
export async function load({ scope, params, stream }: Asked): Promise<Verdict> {
  const sent = join(scope.privateDir, `load-${randomUUID()}`)
  const file = `${sent}.tar`
  const drop = (): Promise<void> => rm(file, { force: true })
  try {
    await pipeline(stream, createWriteStream(sent, { mode: 0o600 }))
    const settle = await scope.tags.claimAll(await rewrite(sent, file))
    return {
      segments: ['images', 'load'],
      query: params.query,
      stream: createReadStream(file),
      contentType: 'application/x-tar',
      settle: async () => {
        await drop()
        await settle()
      },
    }
  }
  catch (error) {
    await drop()
    throw error
  }
  finally {
    await rm(sent, { force: true })
  }
}

/**
 * Writes the archive of `docker save` in the file `from` anew to the file `to`. Resolves with the names that it gives
 * to its images, by both of its indexes and by that of OCI.
 */
async function rewrite(from: string, to: string): Promise<string[]> {
  const names = new Set<string>()
  const found = new Set<string>()
  const links = new Set<string>()
  try {
    const archive = extract()
    const anew = pack()
    const reading = pipeline(await decompressed(from), archive)
    const writing = pipeline(anew, createWriteStream(to, { mode: 0o600 }))
    reading.catch(() => {})
    writing.catch(() => {})
    for await (const entry of archive) {
      const { name, type, size = 0 } = entry.header
      const path = posix.normalize(`/${name}`).slice(1).replace(/\/$/, '')
      // Through a link to a folder, an index could be written under another name.
      if ([...links].some(link => path.startsWith(`${link}/`)))
        throw malformed(`${path} lies behind a link`)
      if (type === 'symlink' || type === 'link')
        links.add(path)
      const text = INDEXES.has(path) ? await readIndex(entry, path, found, size) : undefined
      if (text !== undefined)
        namesOf(path, JSON.parse(text)).forEach(named => names.add(named))
      await copy(entry, text, anew)
    }
    anew.finalize()
    await Promise.all([reading, writing])
  }
  catch (error) {
    throw malformed(`the archive cannot be read: ${(error as Error).message}`)
  }
  if (!found.size)
    throw malformed('the archive cannot be read: it has no index of images')
  return [...names]
}

/** The text of an index, which stands in an archive once. */
async function readIndex(entry: Entry, path: string, found: Set<string>, size: number): Promise<string> {
  if (entry.header.type !== 'file' || found.has(path) || size > LARGEST_INDEX)
    throw malformed(`its ${path} stands there twice, is no file, or is too large`)
  found.add(path)
  return readText(entry)
}

/** Writes an entry of one archive to another: what it is, and nothing that only some programs see in it. */
async function copy(entry: Entry, text: string | undefined, anew: Pack): Promise<void> {
  const { name, type, size, mode, mtime, linkname } = entry.header
  if (!['file', 'directory', 'symlink', 'link'].includes(type ?? ''))
    throw malformed(`${name} is a ${type}`)
  if (type !== 'file' && size)
    throw malformed(`${name} is a ${type} with content`)
  const header = { name, type, mode, mtime, ...linkname ? { linkname } : {} }
  if (type !== 'file') {
    entry.resume()
    anew.entry(header)
    return
  }
  if (text !== undefined) {
    anew.entry(header, text)
    return
  }
  await new Promise<void>((resolve, reject) => {
    entry.once('error', reject).pipe(anew.entry({ ...header, size }, error => error ? reject(error) : resolve()))
  })
}

function namesOf(path: string, json: unknown): string[] {
  if (path === 'repositories')
    return Object.entries(asObject(json, path)).flatMap(([repo, tags]) => Object.keys(asObject(tags, repo)).map(tag => `${repo}:${tag}`))
  if (path === 'manifest.json')
    return listOf(json).flatMap(image => fieldsOf(image, 'RepoTags').flatMap(listOf)).map(String)
  return fieldsOf(json, 'manifests').flatMap(listOf)
    .flatMap(manifest => fieldsOf(manifest, 'annotations'))
    .flatMap(annotations => (annotations as Record<string, string> | null)?.['io.containerd.image.name'] ?? [])
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** The values of a field, however its letters are written: engines take any case. */
function fieldsOf(value: unknown, name: string): unknown[] {
  return Object.entries((value ?? {}) as object).flatMap(([key, field]) =>
    key.toLowerCase() === name.toLowerCase() ? [field as unknown] : [],
  )
}

async function readText(entry: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of entry)
    chunks.push(chunk as Buffer)
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
}

/** The archive itself, where it comes in one of the forms that can be read here. */
async function decompressed(file: string): Promise<NodeJS.ReadableStream> {
  const magic = await new Promise<Buffer>((resolve, reject) => {
    createReadStream(file, { end: 3 }).on('data', chunk => resolve(chunk as Buffer)).on('end', () => resolve(Buffer.alloc(0))).on('error', reject)
  })
  const source = createReadStream(file)
  const is = (...bytes: number[]): boolean => magic.subarray(0, bytes.length).equals(Buffer.from(bytes))
  if (is(0x42, 0x5A, 0x68) || is(0xFD, 0x37, 0x7A, 0x58) || is(0x28, 0xB5, 0x2F, 0xFD))
    throw malformed('it is compressed by bzip2, xz or zstd: decompress it first')
  return is(0x1F, 0x8B) ? source.pipe(createGunzip()) : source
}
