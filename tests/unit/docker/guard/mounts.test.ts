import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuard, EMPTY, KINDS, STEP_LABELS } from './_guard.ts'

/** A deck with a folder and links out of it, a folder beside it, and a folder with the engine's socket. */
let top: string
let deckDir: string
let socket: string

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'kamishibai-mounts-')))
  deckDir = join(top, 'deck')
  socket = join(top, 'run/engine.sock')
  for (const folder of ['deck/data', 'deck/with:colon', 'deck-beside', 'outside/sub', 'run'])
    await mkdir(join(top, folder), { recursive: true })
  await writeFile(join(deckDir, 'file.txt'), '')
  await writeFile(socket, '')
  await symlink('../outside', join(deckDir, 'link-out'))
  await symlink('data', join(deckDir, 'link-in'))
  await symlink('/', join(deckDir, 'link-root'))
})
afterAll(() => rm(top, { recursive: true }))

type Options = Parameters<typeof createGuard>[0]
const at = (text: string): string => text.replaceAll('TOP', top)
function guard(grants: string[] = [], options: Options = {}) {
  return createGuard({ deckDir, socket, grants: grants.map(at), ...options })
}
function bind(text: unknown, grants?: string[], options?: Options) {
  return guard(grants, options).judge('POST', '/containers/create', { HostConfig: { Binds: [typeof text === 'string' ? at(text) : text] } })
}
function mount(fields: unknown, grants?: string[], options?: Options) {
  return guard(grants, options).judge('POST', '/containers/create', at(JSON.stringify({ HostConfig: { Mounts: [fields] } })))
}

describe('a bind mount', () => {
  it.for([
    ['the deck', 'TOP/deck', 'TOP/deck'],
    ['a folder of the deck', 'TOP/deck/data', 'TOP/deck/data'],
    ['a file of the deck', 'TOP/deck/file.txt', 'TOP/deck/file.txt'],
    ['a link within the deck, as what it leads to', 'TOP/deck/link-in', 'TOP/deck/data'],
    ['dots that stay inside', 'TOP/deck/data/../data/.', 'TOP/deck/data'],
    ['dots behind a link, which take back its name', 'TOP/deck/link-out/..', 'TOP/deck'],
    ['more slashes than needed', 'TOP//deck///data/', 'TOP/deck/data'],
  ])('of %s is read-only', async ([, source, sent]) => {
    expect(await bind(`${source}:/x`)).toMatchObject({ status: 0, body: { HostConfig: { Binds: [at(`${sent}:/x:ro`)] } } })
    expect(await bind(`${source}:/x:ro,rprivate`)).toMatchObject({ body: { HostConfig: { Binds: [at(`${sent}:/x:ro,rprivate`)] } } })
    expect(await mount({ Type: 'bind', Source: source, Target: '/x' })).toMatchObject({ status: 0, body: { HostConfig: { Mounts: [{ Type: 'bind', Source: at(sent!), Target: '/x', ReadOnly: true }] } } })
  })

  it.for([
    ['a folder beside', 'TOP/outside', 403],
    ['a folder whose name begins alike', 'TOP/deck-beside', 403],
    ['the folder above', 'TOP', 403],
    ['the root', '/', 403],
    ['the kernel\'s files', '/proc', 403],
    ['a link that leads out', 'TOP/deck/link-out', 403],
    ['a folder behind a link', 'TOP/deck/link-out/sub', 403],
    ['the root behind a link', 'TOP/deck/link-root', 403],
    ['dots that lead out', 'TOP/deck/../outside', 403],
    ['the engine\'s socket', 'TOP/run/engine.sock', 403],
    ['the socket\'s folder', 'TOP/run', 403],
    ['the socket through a link', 'TOP/deck/link-root/TOP/run/engine.sock', 403],
    ['nothing', 'TOP/deck/missing', 400],
    ['a relative path', './data', 400],
    ['dots alone', '..', 400],
    ['a path from home', '~/data', 400],
  ] as const)('of %s is refused', async ([, source, status]) => {
    expect(await bind(`${source}:/x`)).toMatchObject({ status })
    expect(await bind(`${source}:/x:ro`)).toMatchObject({ status })
    expect(await mount({ Type: 'bind', Source: source, Target: '/x', ReadOnly: true })).toMatchObject({ status })
  })

  it.for(['rw', 'z', 'Z', 'rw,nocopy'])('with the option %s would be written to', async (option) => {
    expect(await bind(`TOP/deck/data:/x:${option}`)).toMatchObject({ status: 403, message: expect.stringContaining(at('grants: ["mount:TOP/deck/data:rw:one"]')) })
    expect(await bind(`TOP/deck/data:/x:${option}`, ['mount:TOP/deck/data:rw:one'])).toMatchObject({ status: 0 })
  })

  it.for([
    ['shared'],
    ['rshared'],
    ['slave'],
    ['rslave'],
    ['ro,shared'],
    ['RO'],
    ['bind-propagation=shared'],
    ['volume-opt=x'],
  ])('with the option %s is refused', async ([option]) => {
    expect(await bind(`TOP/deck/data:/x:${option}`)).toMatchObject({ status: 403, message: expect.stringContaining('the mount option') })
    expect(await bind(`data:/x:${option}`)).toMatchObject({ status: 403 })
  })

  it.for([
    ['no target', 'data:'],
    ['a relative target', 'TOP/deck/data:x'],
    ['a part too many', 'TOP/deck/data:/x:ro:/etc'],
    ['no source', ':/x'],
    ['nothing', ''],
    ['a name of one letter', 'd:/x'],
    ['no text', 7],
    ['no value', null],
    ['an object', {}],
  ] as const)('of %s is malformed', async ([, text]) => {
    expect(await bind(text)).toMatchObject({ status: 400 })
  })

  it('has its own form where the path has a colon', async () => {
    expect((await bind('TOP/deck/with:colon:/x')).status).toBe(400)
    expect(await mount({ Type: 'bind', Source: 'TOP/deck/with:colon', Target: '/x' })).toMatchObject({ status: 0 })
  })

  it('of a path in the container alone has no source', async () => {
    expect(await bind('/data')).toMatchObject({ status: 0, body: { HostConfig: { Binds: ['/data'] } } })
  })

  it('is refused before an engine on another machine', async () => {
    expect(await bind('TOP/deck/data:/x', [], { elsewhere: true })).toMatchObject({ status: 403, message: expect.stringContaining('on another machine') })
    expect(await mount({ Type: 'bind', Source: 'TOP/deck/data', Target: '/x' }, [], { elsewhere: true })).toMatchObject({ status: 403 })
    expect(await bind('data:/x', [], { elsewhere: true })).toMatchObject({ status: 0 })
  })
})

describe('a grant of a mount', () => {
  it.for([
    ['mount:TOP/outside:ro:one', 'TOP/outside', 'ro'],
    ['mount:TOP/outside:ro:one', 'TOP/outside/sub', 'ro'],
    ['mount:TOP/outside:rw:one', 'TOP/outside/sub', 'rw'],
    ['mount:../outside:rw:one', 'TOP/outside', 'rw'],
    ['mount:./data:rw:one', 'TOP/deck/data', 'rw'],
    ['mount:TOP/deck/link-out:rw:one', 'TOP/outside', 'rw'],
    ['mount:TOP/run/engine.sock:rw:one', 'TOP/run/engine.sock', 'rw'],
  ] as const)('%s gives %s, %s', async ([grant, source, mode]) => {
    expect(await bind(`${source}:/x`, [grant])).toMatchObject({ status: 0, body: { HostConfig: { Binds: [at(`${source}:/x:${mode}`)] } } })
    expect(await bind(`${source}:/x:ro`, [grant])).toMatchObject({ body: { HostConfig: { Binds: [at(`${source}:/x:ro`)] } } })
    expect(await bind(`${source}:/x:rw`, [grant])).toMatchObject({ status: mode === 'rw' ? 0 : 403 })
    expect(await mount({ Type: 'bind', Source: source, Target: '/x' }, [grant])).toMatchObject({ body: { HostConfig: { Mounts: [{ Source: at(source), ReadOnly: mode === 'ro' }] } } })
  })

  it.for([
    ['of another step', 'mount:TOP/outside:rw:two', 'TOP/outside'],
    ['of a folder below', 'mount:TOP/outside/sub:rw:one', 'TOP/outside'],
    ['of a name that begins alike', 'mount:TOP/out:rw:one', 'TOP/outside'],
    ['of the socket\'s folder', 'mount:TOP:rw:one', 'TOP/run/engine.sock'],
    ['of nothing', 'mount:TOP/missing:rw:one', 'TOP/outside'],
  ] as const)('%s gives nothing', async ([, grant, source]) => {
    expect(await bind(`${source}:/x`, [grant])).toMatchObject({ status: 403 })
  })
})

describe('a volume in a mount', () => {
  it.for(['data', 'fresh', 'fresh.v1_2-x'])('%s is one of the session, made with its labels if it is not there', async (name) => {
    for (const HostConfig of [{ Binds: [`${name}:/x:rw`] }, { Mounts: [{ Type: 'volume', Source: name, Target: '/x' }] }]) {
      const { judge, engine } = guard()
      expect(await judge('POST', '/containers/create', { HostConfig })).toMatchObject({ status: 0, body: { HostConfig: 'Binds' in HostConfig ? HostConfig : {} } })
      const made = engine.asked.filter(({ method }) => method === 'POST').map(({ body }) => body)
      expect(made).toEqual(name === 'data' ? [] : [{ Name: name, Driver: 'local', Labels: STEP_LABELS }])
    }
  })

  it('carries the labels where it has no name', async () => {
    expect(await mount({ Type: 'volume', Target: '/x', VolumeOptions: { Labels: { mine: 'x' }, NoCopy: true } })).toMatchObject({ body: { HostConfig: { Mounts: [{ VolumeOptions: { NoCopy: true, Labels: { mine: 'x', ...STEP_LABELS } } }] } } })
  })

  it.for([
    ['another\'s', 'secrets', 409],
    ['a path', '/etc', 400],
    ['dots', '../etc', 400],
    ['a blank', 'da ta', 400],
    ['one letter', 'd', 400],
  ] as const)('is refused where it is %s', async ([, Source, status]) => {
    expect(await mount({ Type: 'volume', Source, Target: '/x' })).toMatchObject({ status })
    if (Source === 'secrets')
      expect(await bind(`${Source}:/x`)).toMatchObject({ status })
  })
})

describe('a mount', () => {
  it.for([
    [{ Type: 'tmpfs', Target: '/x', TmpfsOptions: { SizeBytes: 1, Mode: 511, Options: [['noexec']] } }, 0],
    [{ Type: 'tmpfs', Target: '/x', TmpfsOptions: { SizeBytes: -1 } }, 403],
    [{ Type: 'tmpfs', Target: '/x', TmpfsOptions: { Options: ['noexec'] } }, 400],
    [{ Type: 'tmpfs', Target: '/x', TmpfsOptions: { Size: 1 } }, 403],
    [{ Type: 'image', Source: 'demo:1', Target: '/x', ImageOptions: { Subpath: 'etc' } }, 0],
    [{ Type: 'image', Source: 'demo:1', Target: '/x', ImageOptions: { Other: 'etc' } }, 403],
    [{ Type: 'npipe', Source: 'x', Target: '/x' }, 403],
    [{ Type: 'cluster', Source: 'x', Target: '/x' }, 403],
    [{ Type: 'Bind', Source: '/', Target: '/x' }, 403],
    [{ Type: 'bind', Target: '/x' }, 400],
    [{ Type: 'bind', Source: 'data', Target: '/x' }, 400],
    [{ type: 'bind', source: '/', target: '/x' }, 403],
    [{ Type: 'volume', Target: '/x', VolumeOptions: { Subpath: 'a' } }, 0],
    [{ Type: 'volume', Target: '/x', VolumeOptions: { DriverConfig: { Name: 'local', Options: {} } } }, 0],
    [{ Type: 'volume', Target: '/x', VolumeOptions: { DriverConfig: { Name: 'nfs' } } }, 403],
    [{ Type: 'volume', Target: '/x', VolumeOptions: { DriverConfig: { Options: { type: 'none', o: 'bind', device: '/' } } } }, 403],
    [{ Type: 'volume', Target: '/x', VolumeOptions: { driverconfig: { Name: 'nfs' } } }, 403],
    [{ Type: 'volume', Target: '/x', ClusterOptions: { x: 1 } }, 403],
    [null, 0],
    [[], 400],
    ['/x', 400],
  ] as const)('%j: %i', async ([fields, status]) => {
    expect(await mount(fields)).toMatchObject({ status })
  })

  it.for([
    ['Propagation', ['private', 'rprivate', ''], ['shared', 'rshared', 'slave', 'rslave', 'PRIVATE']],
    ['CreateMountpoint', EMPTY, [true]],
    ['ReadOnlyNonRecursive', EMPTY, [true]],
    ['NonRecursive', KINDS.flag.good, []],
    ['ReadOnlyForceRecursive', KINDS.flag.good, []],
    ['Other', EMPTY, [true]],
  ] as const)('of a folder has the option %s', async ([name, allowed, refused]) => {
    const withOption = (value: unknown) => mount({ Type: 'bind', Source: 'TOP/deck/data', Target: '/x', BindOptions: { [name]: value } })
    for (const value of allowed)
      expect(await withOption(value)).toMatchObject({ status: 0 })
    for (const value of refused)
      expect(await withOption(value)).toMatchObject({ status: 403 })
  })

  it.for(['Consistency', 'Target', 'ReadOnly'])('has no list as %s', async (name) => {
    expect(await mount({ Type: 'tmpfs', Target: '/x', [name]: ['x'] })).toMatchObject({ status: 400 })
  })
})
