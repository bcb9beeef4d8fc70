import type { FakeEngine } from './_guard.ts'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createTags, TAGS_FILE } from '../../../../runners/docker/guard/tags.ts'
import { fakeEngine, FOREIGN_IMAGE, IN_USE, SESSION } from './_guard.ts'

const FRESH = `sha256:${'55'.repeat(32)}`
const OTHER = `sha256:${'66'.repeat(32)}`

let engine: FakeEngine
let file: string

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'kamishibai-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  file = join(folder, TAGS_FILE)
  engine = fakeEngine()
})

/** The names as a process sees them that starts now. */
const tags = () => createTags(engine, SESSION, file)
function addImage(Id: string, RepoTags: string[], more = {}): void {
  return void engine.has.images.push({ Id, RepoTags, RepoDigests: [], ...more })
}
const removed = (): string[] => engine.asked.filter(({ method }) => method === 'DELETE').map(({ segments }) => segments.slice(1).join('/'))

/** A name that the session gave to a fresh image. */
async function give(name: string, id = FRESH): Promise<void> {
  const settle = await tags().claim(name)
  addImage(id, [name])
  await settle()
}

describe('a name that the session gave', () => {
  it('is remembered when the process was killed', async () => {
    await give('fresh:1')
    expect(await tags().held()).toEqual(['fresh:1'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is its own in every spelling, and of that image only', async () => {
    const settle = await tags().claim('docker.io/library/fresh:1')
    addImage(FRESH, ['fresh:1'])
    await settle()
    const image = { id: FRESH, tags: ['fresh:1'], digests: [], own: false, namedAt: 0 }
    for (const name of ['fresh:1', 'library/fresh:1', 'index.docker.io/fresh:1'])
      expect(tags().owns(name, image), name).toBe(true)
    expect(tags().owns('fresh:2', image)).toBe(false)
    expect(tags().owns('fresh:1', { ...image, id: OTHER })).toBe(false)
  })

  it('is not held when somebody moved it', async () => {
    await give('fresh:1')
    engine.has.images.find(({ Id }) => Id === FRESH)!.Id = OTHER
    expect(await tags().held()).toEqual([])
    expect(await tags().release()).toEqual([])
    expect(removed()).toEqual([])
  })

  it('stays its own where it was given to the same image again', async () => {
    await give('fresh:1')
    await (await tags().claim('fresh:1'))()
    expect(await tags().held()).toEqual(['fresh:1'])
  })

  it('is held of the image that the session moved it to', async () => {
    await give('fresh:1')
    addImage(OTHER, [])
    const settle = await tags().claim('fresh:1')
    for (const image of engine.has.images.filter(({ Id }) => Id === FRESH || Id === OTHER))
      image.RepoTags = image.Id === OTHER ? ['fresh:1'] : []
    await settle()
    expect(await tags().held()).toEqual(['fresh:1'])
    expect(tags().owns('fresh:1', { id: OTHER, tags: ['fresh:1'], digests: [], own: false, namedAt: 0 })).toBe(true)
  })

  it.for([
    ['named soon after', 60_000, ['fresh:1']],
    ['named much later', 20 * 60_000, []],
  ] as const)('while the engine was at it is held where the image was %s', async ([, later, held]) => {
    await tags().claim('fresh:1')
    addImage(FRESH, ['fresh:1'], { Metadata: { LastTagTime: new Date(statSync(file).mtimeMs + later).toISOString() } })
    expect(await tags().held()).toEqual(held)
  })
})

describe('an image that the session may remove', () => {
  const image = { id: FRESH, tags: ['fresh:1'], digests: [] as string[], own: false, namedAt: 0 }

  it('has no name but those that the session gave', async () => {
    await give('fresh:1')
    expect(tags().ownsAll(image)).toBe(true)
    expect(tags().ownsAll({ ...image, tags: ['fresh:1', 'demo:9'] })).toBe(false)
    expect(tags().ownsAll({ ...image, tags: [] })).toBe(false)
  })

  it('without a tag has no digest but those that it gave', async () => {
    const digest = `fresh@sha256:${'0a'.repeat(32)}`
    const settle = await tags().claim(digest)
    addImage(FRESH, [], { RepoDigests: [digest] })
    await settle()
    expect(tags().ownsAll({ ...image, tags: [], digests: [digest] })).toBe(true)
    expect(tags().ownsAll({ ...image, tags: [], digests: [digest, digest.replace('fresh', 'other')] })).toBe(false)
  })

  it('is one that it made without a name, as long as nobody names it', async () => {
    tags().keep(FRESH)
    expect(tags().ownsAll({ ...image, tags: [] })).toBe(true)
    expect(tags().ownsAll(image)).toBe(false)
  })

  it('carries its label', () => {
    expect(tags().ownsAll({ ...image, own: true, tags: ['demo:9'] })).toBe(true)
  })
})

describe('a release', () => {
  it('takes away all that is held, the latest stage first, and forgets it', async () => {
    await give('team/fresh:1')
    for (const start of ['77', '88']) {
      addImage(`sha256:${start.repeat(32)}`, [])
      tags().keep(start.repeat(6))
    }
    expect(await tags().release()).toEqual(['team/fresh:1', '88'.repeat(6), '77'.repeat(6)])
    expect(removed()).toEqual(['team/fresh:1', '88'.repeat(6), '77'.repeat(6)])
    expect(existsSync(file)).toBe(false)
    expect(await tags().held()).toEqual([])
  })

  it('leaves a stage that somebody named', async () => {
    tags().keep(FRESH)
    addImage(FRESH, ['named:1'])
    expect(await tags().release()).toEqual([])
    expect(removed()).toEqual([])
  })

  it('leaves an image that is in use', async () => {
    await give(IN_USE)
    expect(await tags().release()).toEqual([])
    expect(removed()).toEqual([IN_USE])
  })
})

describe('names', () => {
  it('are claimed all or none', async () => {
    const names = tags()
    await expect(names.claimAll(['fresh:1', 'demo:1'])).rejects.toThrow('to set the tag demo:1')
    addImage(FRESH, ['fresh:1'])
    expect(await names.held()).toEqual([])
    expect(names.owns('fresh:1', (await names.find('fresh:1'))!)).toBe(false)
  })

  it('are claimed once where they stand twice', async () => {
    const settle = await tags().claimAll(['fresh:1', 'fresh:1'])
    addImage(FRESH, ['fresh:1'])
    await settle()
    expect(await tags().held()).toEqual(['fresh:1'])
  })

  it('of images that a build fetched are the session\'s', async () => {
    addImage(FRESH, ['base:1'])
    await tags().take('base:1')
    await tags().take('nobody:1')
    expect(await tags().held()).toEqual(['base:1'])
  })

  it('are none where the note cannot be read', async () => {
    writeFileSync(file, '{"given":')
    expect(await tags().held()).toEqual([])
    expect(tags().owns('demo:1', { id: FOREIGN_IMAGE, tags: ['demo:1'], digests: [], own: false, namedAt: 0 })).toBe(false)
  })
})
