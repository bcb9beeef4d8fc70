import type { Engine } from './engine.ts'
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { LABELS } from '../../protocol/runner.ts'
import { formatReference, parseReference } from './reference.ts'
import { forbidden, Refusal } from './refusal.ts'

/** An image as the guard sees it. */
export interface ImageInfo {
  id: string
  tags: string[]
  digests: string[]
  own: boolean
  /** When it last got a name on this engine; ms. */
  namedAt: number
}

/** An image as the engine tells of it. */
interface ImageItem {
  Id: string
  RepoTags?: string[] | null
  RepoDigests?: string[] | null
  Config?: { Labels?: Record<string, string> | null } | null
  Metadata?: { LastTagTime?: string }
}

/** The names of images that the session gave: by tag, build, commit, load, import and pull. */
export interface Tags {
  /** The image that a name, an id or the beginning of one stands for; undefined where there is none. */
  find: (ref: string) => Promise<ImageInfo | undefined>
  /**
   * Takes a name for the session; throws where it is another's. What comes back is called when the engine is done,
   * and remembers which image the name stands for.
   */
  claim: (ref: string) => Promise<() => Promise<void>>
  /** Takes several names, or none of them. */
  claimAll: (refs: string[]) => Promise<() => Promise<void>>
  /** Remembers a name that the engine gave by itself: a base image that a build fetched. */
  take: (ref: string) => Promise<void>
  /** Remembers an image without a name that the session made: a stage of a build. */
  keep: (id: string) => void
  /** Whether the session gave the name, and nobody moved it since. */
  owns: (ref: string, image: ImageInfo) => boolean
  /** Whether the session may remove the image: all its names are its own. */
  ownsAll: (image: ImageInfo) => boolean
  /** What the session named, and nobody moved since. */
  held: () => Promise<string[]>
  /** Takes all that the session named away; resolves with what is gone. */
  release: () => Promise<string[]>
}

/** Where a session notes the names that it gave, below its private folder: no label tells them. */
export const TAGS_FILE = 'tags.json'
/** How long after the last note the engine may still have carried out what it was asked for, in ms. */
const LATEST = 10 * 60_000

/**
 * Follows the names of images: only images that are built can carry labels. The names are noted in `file`, so that they
 * can be released after this process was killed: who creates the tags again from that file goes on where they ended.
 */
export function createTags(engine: Engine, sessionId: string, file: string): Tags {
  const noted = readNote(file)
  const { given, nameless } = noted

  function note(change: () => void): void {
    change()
    writeNote(file, given, nameless)
  }

  const tags: Tags = {
    find: ref => findImage(engine, sessionId, ref),

    async claim(ref) {
      const name = wholeName(ref)
      const before = await tags.find(name)
      if (before && !tags.owns(name, before))
        throw forbidden(`to set the tag ${name}: it exists, and is not the session's own; choose another`)
      const last = given.get(name)
      note(() => given.set(name, undefined))
      return async () => {
        const now = await tags.find(name).catch(() => undefined)
        note(() => {
          if (now && now.id !== before?.id)
            given.set(name, now.id)
          else if (now)
            given.set(name, last ?? now.id)
          else given.delete(name)
        })
      }
    },

    claimAll: refs => claimEach(refs, tags.claim),

    async take(ref) {
      const name = wholeName(ref)
      const image = await tags.find(name)
      if (image)
        note(() => given.set(name, image.id))
    },

    keep: id => note(() => nameless.add(id.replace(/^sha256:/, ''))),

    owns(ref, image) {
      const name = wholeName(ref)
      return image.own || (given.has(name) && [undefined, image.id].includes(given.get(name)))
    },

    ownsAll: image =>
      image.own
      || [...nameless].some(id => image.id.slice('sha256:'.length).startsWith(id) && !image.tags.length)
      || (image.tags.length + image.digests.length > 0
        && image.tags.every(tag => tags.owns(tag, image))
        && (image.tags.length > 0 || image.digests.every(digest => tags.owns(digest, image)))),

    held: () => listHeld(noted, tags.find),

    async release() {
      const released: string[] = []
      for (const ref of await tags.held()) {
        if (await remove(engine, ref))
          released.push(ref)
      }
      given.clear()
      nameless.clear()
      rmSync(file, { force: true })
      return released
    },
  }
  return tags
}

/** The name that `ref` has on the engine, with its tag or digest. */
function wholeName(ref: string): string {
  return formatReference(parseReference(ref))
}

async function findImage(engine: Engine, sessionId: string, ref: string): Promise<ImageInfo | undefined> {
  const { status, body } = await engine.ask({ method: 'GET', segments: ['images', ...ref.split('/'), 'json'] })
  if (status !== 200)
    return undefined
  const { Id, RepoTags, RepoDigests, Config, Metadata } = body as ImageItem
  return {
    id: Id,
    tags: RepoTags ?? [],
    digests: RepoDigests ?? [],
    own: Config?.Labels?.[LABELS.session] === sessionId,
    namedAt: Date.parse(Metadata?.LastTagTime ?? '') || 0,
  }
}

/** An image in use stays: its user is none of ours. */
async function remove(engine: Engine, ref: string): Promise<boolean> {
  const { status, body } = await engine.ask({ method: 'DELETE', segments: ['images', ...ref.split('/')] })
  if (status >= 300 && status !== 404 && status !== 409)
    throw new Refusal(status, `the image ${ref} cannot be removed: ${(body as { message?: string } | undefined)?.message ?? status}`)
  return status < 300
}

/** Claims names one after another; where one is refused, those before it are settled at once. */
async function claimEach(refs: string[], claim: Tags['claim']): ReturnType<Tags['claimAll']> {
  const settled: (() => Promise<void>)[] = []
  const settle = async (): Promise<void> => {
    for (const done of settled)
      await done()
  }
  try {
    for (const ref of new Set(refs))
      settled.push(await claim(ref))
    return settle
  }
  catch (error) {
    await settle()
    throw error
  }
}

async function listHeld({ given, nameless, at }: Note, find: Tags['find']): Promise<string[]> {
  const held: string[] = []
  for (const [name, id] of given) {
    const image = await find(name)
    // What the engine was at when we were killed may be done, or somebody else's by now.
    if (image && (id === undefined ? image.namedAt < at + LATEST : image.id === id))
      held.push(name)
  }
  // The last stage stands on the others.
  for (const id of [...nameless].reverse()) {
    const image = await find(id)
    if (image && !image.tags.length)
      held.push(id)
  }
  return held
}

/** What a session noted of the images that it named. */
interface Note {
  /** The image that each name stood for when the session gave it; undefined while the engine is at it. */
  given: Map<string, string | undefined>
  /** Images without a name, by the beginning of their ids. */
  nameless: Set<string>
  /** When the note was written; ms. */
  at: number
}

function readNote(file: string): Note {
  try {
    const { given, nameless } = JSON.parse(readFileSync(file, 'utf8')) as { given: [string, string?][], nameless: string[] }
    return {
      given: new Map(given.map(([name, id]) => [name, id ?? undefined])),
      nameless: new Set(nameless),
      at: statSync(file).mtimeMs,
    }
  }
  catch {
    return { given: new Map(), nameless: new Set(), at: Infinity }
  }
}

/** Whole or not at all: a killed process must not leave half a note. */
function writeNote(file: string, given: Note['given'], nameless: Note['nameless']): void {
  // A request may still be settled when the session's folder is gone, and all names with it.
  if (!existsSync(dirname(file)))
    return
  writeFileSync(`${file}.new`, JSON.stringify({ given: [...given], nameless: [...nameless] }), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
