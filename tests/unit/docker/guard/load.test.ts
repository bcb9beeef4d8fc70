import type { Header } from 'tar-stream'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createGuard } from './_guard.ts'

type Entry = readonly [name: string, content: unknown, header?: Partial<Header>]

/** An archive of files in JSON; one that is a link has no content. */
async function archiveOf(...entries: Entry[]): Promise<Buffer> {
  const archive = pack()
  for (const [name, content, header] of entries)
    archive.entry({ name, ...header }, typeof content === 'string' ? content : JSON.stringify(content))
  archive.finalize()
  return buffer(archive)
}

/** The files of an archive, as a program reads them that knows nothing of tricks. */
async function filesOf(archive: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  const reading = extract()
  reading.end(archive)
  for await (const entry of reading) {
    const chunks: Buffer[] = []
    for await (const chunk of entry)
      chunks.push(chunk as Buffer)
    files[entry.header.name] = Buffer.concat(chunks).toString()
  }
  return files
}

/**
 * An archive in which a second manifest lies in the content of an entry of the type `flag` (pax(1), ustar header):
 * programs that expect no content there read it as the next file.
 */
async function hiding(flag: string): Promise<Buffer> {
  const hidden = await archiveOf(['manifest.json', [{ RepoTags: ['demo:1'] }]])
  const whole = await archiveOf(manifest('fresh:1'), ['x', hidden.toString('latin1')])
  const header = whole.indexOf('x\0')
  whole.write(flag, header + 156, 'latin1')
  whole.write(' '.repeat(8), header + 148, 'latin1')
  const sum = whole.subarray(header, header + 512).reduce((total, byte) => total + byte, 0)
  whole.write(`${sum.toString(8).padStart(6, '0')}\0 `, header + 148, 'latin1')
  return whole
}

function guardWithFolder() {
  const privateDir = mkdtempSync(join(tmpdir(), 'kamishibai-test-'))
  onTestFinished(() => rmSync(privateDir, { recursive: true }))
  return { ...createGuard({ privateDir }), left: () => readdirSync(privateDir).filter(name => name.startsWith('load-')) }
}

const manifest = (...RepoTags: string[]): Entry => ['manifest.json', [{ Config: 'x.json', RepoTags }]]
const index = (name: string): Entry => ['index.json', { manifests: [{ annotations: { 'io.containerd.image.name': name } }] }]

describe('an archive of images', () => {
  it.for([false, true])('is sent on with the files that it holds, and is not kept (gzip: %s)', async (zipped) => {
    const { judge, engine, left } = guardWithFolder()
    const plain = await archiveOf(['layer.tar', 'x'], manifest('fresh:1'))
    const archive = zipped ? gzipSync(plain) : plain
    const { segments, query, stream, contentType, settle } = await judge('POST', '/images/load?quiet=1', archive)
    expect({ segments, query, contentType }).toEqual({ segments: ['images', 'load'], query: [['quiet', '1']], contentType: 'application/x-tar' })
    expect(await filesOf(await buffer(stream!))).toEqual(await filesOf(plain))
    engine.has.images.push({ Id: `sha256:${'55'.repeat(32)}`, RepoTags: ['fresh:1'], RepoDigests: [] })
    await settle!()
    expect(left()).toEqual([])
    expect(await judge('DELETE', '/images/fresh:1')).toMatchObject({ status: 0 })
  })

  it.for<[string, Entry[]]>([
    ['by its manifest', [manifest('demo:1')]],
    ['by its manifest, as the last of many', [manifest('fresh:1', 'fresh:2', 'demo:1')]],
    ['by the whole name', [manifest('docker.io/library/demo:1')]],
    ['by a manifest with a dot before it', [['./manifest.json', [{ RepoTags: ['demo:1'] }]]]],
    ['by a manifest at the root', [['/manifest.json', [{ RepoTags: ['demo:1'] }]]]],
    ['by a manifest behind a way back', [['a/../manifest.json', [{ RepoTags: ['demo:1'] }]]]],
    ['by a field in another case', [['manifest.json', [{ repotags: ['demo:1'] }]]]],
    ['by the second of two fields', [['manifest.json', [{ RepoTags: ['fresh:1'], REPOTAGS: ['demo:1'] }]]]],
    ['by the older index', [['repositories', { demo: { 1: 'id' } }]]],
    ['by the index of OCI', [index('docker.io/library/demo:1')]],
    ['by one index among others', [index('fresh:1'), manifest('fresh:1'), ['repositories', { demo: { 1: 'id' } }]]],
  ])('moves no name of the presenter %s', async ([, entries]) => {
    const { judge, left } = guardWithFolder()
    expect(await judge('POST', '/images/load', await archiveOf(...entries))).toMatchObject({ status: 403, message: expect.stringContaining('to set the tag demo:1') })
    expect(left()).toEqual([])
  })

  it.for<[string, Entry[]]>([
    ['without an index', [['layer.tar', 'x']]],
    ['with two manifests', [manifest('fresh:1'), manifest('fresh:2')]],
    ['with two manifests, spelt otherwise', [manifest('fresh:1'), ['./manifest.json', [{ RepoTags: ['demo:1'] }]]]],
    ['whose manifest is a link', [['manifest.json', '', { type: 'symlink', linkname: 'other' }], ['other', []]]],
    ['whose manifest is a hard link', [['other', []], ['manifest.json', '', { type: 'link', linkname: 'other' }]]],
    ['whose manifest lies behind a link', [manifest('fresh:1'), ['a', '', { type: 'symlink', linkname: '.' }], ['a/manifest.json', []]]],
    ['whose manifest lies behind a hard link', [manifest('fresh:1'), ['a', '', { type: 'link', linkname: '.' }], ['a/manifest.json', []]]],
    ['whose manifest is no JSON', [['manifest.json', '[{']]],
    ['whose older index holds no tags', [['repositories', { demo: 'x' }]]],
    ['whose name is none', [manifest('Fresh')]],
    ['whose manifest is too large', [['manifest.json', ' '.repeat(4 * 1024 * 1024 + 1)]]],
  ])('is malformed %s', async ([, entries]) => {
    const { judge, left } = guardWithFolder()
    expect(await judge('POST', '/images/load', await archiveOf(...entries))).toMatchObject({ status: 400 })
    expect(left()).toEqual([])
  })

  it.for([['a symbolic link', '2'], ['a hard link', '1'], ['a pipe', '6'], ['a device', '3']] as const)('hides no manifest in the content of %s', async ([, flag]) => {
    const { judge, left } = guardWithFolder()
    expect(await judge('POST', '/images/load', await hiding(flag))).toMatchObject({ status: 400 })
    expect(left()).toEqual([])
  })

  it('is sent on without the words that only some programs read', async () => {
    const { judge } = guardWithFolder()
    const archive = await archiveOf(manifest('fresh:1'), ['other.json', [{ RepoTags: ['demo:1'] }], { pax: { 'GNU.sparse.name': 'manifest.json', 'comment': 'x' } }])
    const { stream } = await judge('POST', '/images/load', archive)
    const sent = await buffer(stream!)
    expect(Object.keys(await filesOf(sent))).toEqual(['manifest.json', 'other.json'])
    expect(sent.includes('GNU.sparse')).toBe(false)
  })

  it.for([
    ['bzip2', Buffer.from('BZh9')],
    ['xz', Buffer.from([0xFD, 0x37, 0x7A, 0x58, 0x5A])],
    ['zstd', Buffer.from([0x28, 0xB5, 0x2F, 0xFD])],
    ['nothing', Buffer.alloc(0)],
    ['half an archive', Buffer.alloc(700, 'x')],
  ] as const)('is malformed where it is %s', async ([, bytes]) => {
    const { judge, left } = guardWithFolder()
    expect(await judge('POST', '/images/load', bytes)).toMatchObject({ status: 400, message: expect.stringContaining('the archive cannot be read') })
    expect(left()).toEqual([])
  })

  it('may leave its images without names', async () => {
    const { judge } = guardWithFolder()
    const { status, stream, settle } = await judge('POST', '/images/load', await archiveOf(['manifest.json', [{ RepoTags: null }]], ['index.json', { manifests: [{}] }]))
    expect(status).toBe(0)
    await buffer(stream!)
    await settle!()
  })
})
