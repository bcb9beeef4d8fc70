import { describe, expect, it } from 'vitest'
import { LABELS } from '../../../../runners/protocol/runner.ts'
import { createGuard, FOREIGN_DANGLING, FOREIGN_IMAGE, OWN_DANGLING, OWN_IMAGE, SESSION, STEP_LABELS } from './_guard.ts'

const DIGEST = `sha256:${'0a'.repeat(32)}`
const short = (id: string): string => id.slice('sha256:'.length, 'sha256:'.length + 12)

/** Spellings of a name that is the presenter's. */
const FOREIGN_NAMES = ['demo:1', 'library/demo:1', 'docker.io/demo:1', 'docker.io/library/demo:1', 'index.docker.io/library/demo:1']

describe('an image', () => {
  it.for([
    ['GET', '/images/demo:1/json?size=1', ['images', 'demo:1', 'json']],
    ['GET', '/images/docker.io/library/demo:1/json', ['images', 'docker.io', 'library', 'demo:1', 'json']],
    ['GET', `/images/${FOREIGN_IMAGE}/history`, ['images', FOREIGN_IMAGE, 'history']],
    ['GET', '/images/demo:1/get', ['images', 'demo:1', 'get']],
    ['GET', '/images/get?names=demo:1&names=demo:2', ['images', 'get']],
    ['GET', '/distribution/team/demo:1/json', ['distribution', 'team', 'demo:1', 'json']],
  ] as const)('is seen, whoever made it: %s %s', async ([method, url, segments]) => {
    expect(await createGuard().judge(method, url)).toMatchObject({ status: 0, segments })
  })

  it('is listed and searched with the filters that the guard knows', async () => {
    const filters = encodeURIComponent('{"reference":["demo"]}')
    expect(await createGuard().judge('GET', `/images/json?all=1&filters=${filters}`)).toMatchObject({ segments: ['images', 'json'], query: [['all', '1'], ['filters', '{"reference":{"demo":true}}']] })
    expect(await createGuard().judge('GET', '/images/search?term=demo')).toMatchObject({ segments: ['images', 'search'], query: [['term', 'demo'], ['filters', '{}']] })
  })
})

describe('a tag', () => {
  const tag = (ref: string, query: string) => createGuard().judge('POST', `/images/${ref}/tag?${query}`)

  it.for([
    ['mine:1', 'repo=fresh&tag=1', OWN_IMAGE],
    ['mine:1', 'repo=mine&tag=1', OWN_IMAGE],
    ['demo:1', 'repo=fresh', FOREIGN_IMAGE],
    ['demo:1', 'repo=localhost:5001/fresh&tag=1', FOREIGN_IMAGE],
    ['demo:1', 'repo=mine&tag=1', FOREIGN_IMAGE],
    [OWN_DANGLING, 'repo=fresh', OWN_DANGLING],
    [short(OWN_DANGLING), 'repo=fresh', OWN_DANGLING],
  ])('of %s with %s is set on the image that it means now', async ([ref, query, id]) => {
    expect(await tag(ref!, query!)).toMatchObject({ status: 0, segments: ['images', id, 'tag'] })
  })

  it.for(FOREIGN_NAMES.flatMap(name => [
    [`repo=${name}`],
    [`repo=${name.slice(0, -2)}&tag=1`],
    [`repo=${name}&force=1`],
  ]))('that is the presenter\'s is not moved: %s', async ([query]) => {
    expect(await tag('mine:1', query!)).toMatchObject({ status: 403, message: expect.stringContaining('to set the tag demo:1') })
  })

  it.for(['', 'repo=', 'repo=Fresh', 'repo=fresh:1&tag=2', `repo=fresh@${DIGEST}&tag=1`, 'repo=fresh&tag=a/b', `repo=${'0a'.repeat(32)}`])('is malformed with %j', async (query) => {
    expect(await tag('mine:1', query)).toMatchObject({ status: 400 })
  })

  it('is not given to another\'s image without a name, and stays free', async () => {
    const { judge, session } = createGuard()
    for (const ref of [FOREIGN_DANGLING, short(FOREIGN_DANGLING)])
      expect(await judge('POST', `/images/${ref}/tag?repo=fresh&tag=1`)).toMatchObject({ status: 403, message: expect.stringContaining(`to name the image ${ref}`) })
    expect(session.tags.owns('fresh:1', { id: FOREIGN_DANGLING, tags: [], digests: [], own: false, namedAt: 0 })).toBe(false)
  })

  it('of an image that is not there is left to the engine', async () => {
    expect(await tag('nobody:1', 'repo=fresh')).toMatchObject({ status: 0, segments: ['images', 'nobody:1', 'tag'] })
  })
})

describe('a pull', () => {
  const pull = (query: string) => createGuard().judge('POST', `/images/create?${query}`)

  it.for([
    ['fromImage=fresh&tag=1', 'fresh', '1'],
    ['fromImage=fresh:1', 'fresh', '1'],
    ['fromImage=docker.io/library/fresh&tag=1', 'fresh', '1'],
    ['fromImage=fresh:1&tag=2', 'fresh', '2'],
    ['fromImage=registry.example:80/a/b:1', 'registry.example:80/a/b', '1'],
    [`fromImage=fresh&tag=${DIGEST}`, 'fresh', DIGEST],
    [`fromImage=fresh@${DIGEST}`, 'fresh', DIGEST],
    [`fromImage=fresh:1@${DIGEST}`, 'fresh', DIGEST],
    ['fromImage=mine&tag=1', 'mine', '1'],
  ])('with %s is of the one image that it names', async ([query, name, tag]) => {
    expect(await pull(query!)).toMatchObject({ status: 0, segments: ['images', 'create'], query: [['fromImage', name], ['tag', tag]] })
  })

  it('keeps the platform, and nothing else of its query', async () => {
    const { query } = await pull('platform=linux%2Farm64&fromImage=fresh&tag=1&repo=demo&message=x&changes=CMD+x')
    expect(query).toEqual([['platform', 'linux/arm64'], ['fromImage', 'fresh'], ['tag', '1']])
  })

  it.for(FOREIGN_NAMES.flatMap(name => [[`fromImage=${name}`], [`fromImage=${name.slice(0, -2)}&tag=1`], [`fromImage=${name.slice(0, -2)}:x&tag=1`]]))('moves no name of the presenter: %s', async ([query]) => {
    expect(await pull(query!)).toMatchObject({ status: 403, message: expect.stringContaining('to set the tag demo:1') })
  })

  it.for(['fromImage=fresh', 'fromImage=fresh:', 'fromImage=fresh:&tag=', 'fromImage=Fresh&tag=1', 'fromImage=fresh&tag=a/b', 'fromImage=fresh&tag=sha256:0a', 'fromImage=https://x/fresh&tag=1'])('is malformed with %s', async (query) => {
    expect(await pull(query)).toMatchObject({ status: 400 })
  })

  it('makes the name the session\'s, until somebody moves it', async () => {
    const { judge, engine } = createGuard()
    const { settle } = await judge('POST', '/images/create?fromImage=fresh&tag=1')
    const pulled = { Id: `sha256:${'55'.repeat(32)}`, RepoTags: ['fresh:1'], RepoDigests: [`fresh@${DIGEST}`] }
    engine.has.images.push(pulled)
    await settle!()
    expect(await judge('DELETE', '/images/fresh:1')).toMatchObject({ status: 0 })
    expect(await judge('DELETE', `/images/${pulled.Id}`)).toMatchObject({ status: 0 })
    pulled.Id = `sha256:${'66'.repeat(32)}`
    expect(await judge('DELETE', '/images/fresh:1')).toMatchObject({ status: 403 })
    expect(await judge('DELETE', `/images/${pulled.Id}`)).toMatchObject({ status: 403 })
  })

  it('that brought nothing leaves the name to others', async () => {
    const { judge, engine } = createGuard()
    const { settle } = await judge('POST', '/images/create?fromImage=fresh&tag=1')
    await settle!()
    engine.has.images.push({ Id: `sha256:${'55'.repeat(32)}`, RepoTags: ['fresh:1'], RepoDigests: [] })
    expect(await judge('DELETE', '/images/fresh:1')).toMatchObject({ status: 403 })
    expect(await judge('POST', '/images/create?fromImage=fresh&tag=1')).toMatchObject({ status: 403 })
  })
})

describe('an import', () => {
  const load = (query: string) => createGuard().judge('POST', `/images/create?${query}`, 'a file system')

  it.for(['fromSrc=-', 'fromSrc=-&repo=fresh', 'fromSrc=-&repo=fresh&tag=1', 'fromSrc=-&repo=mine:1', 'fromSrc=-&message=x&platform=linux'])('with %s is of what the client sends, and labelled', async (query) => {
    const { segments, query: sent, stream, contentType } = await load(query)
    expect({ segments, contentType }).toEqual({ segments: ['images', 'create'], contentType: 'application/x-tar' })
    expect(stream).toBeDefined()
    const labels = sent!.filter(([name]) => name === 'changes').map(([, value]) => value).join('\n')
    for (const [name, value] of Object.entries(STEP_LABELS))
      expect(labels).toContain(`${JSON.stringify(name)}=${JSON.stringify(value)}`)
  })

  it.for(['fromSrc=http://127.0.0.1/x.tar', 'fromSrc=/etc', 'fromSrc=', '', 'repo=fresh', 'fromSrc=-%20', 'fromSrc=--'])('with %j fetches nothing', async (query) => {
    expect(await load(query)).toMatchObject({ status: 403, message: expect.stringContaining('to import what the engine fetches') })
  })

  it.for(FOREIGN_NAMES.flatMap(name => [[`fromSrc=-&repo=${name}`], [`fromSrc=-&repo=${name.slice(0, -2)}&tag=1`]]))('moves no name of the presenter: %s', async ([query]) => {
    expect(await load(query!)).toMatchObject({ status: 403, message: expect.stringContaining('to set the tag demo:1') })
  })
})

describe('a push', () => {
  const push = (ref: string, query = '') => createGuard().judge('POST', `/images/${ref}/push?${query}`)

  it.for([
    ['mine', 'tag=1', ['images', 'mine', 'push']],
    ['mine:1', '', ['images', 'mine:1', 'push']],
    ['library/mine:1', '', ['images', 'library', 'mine:1', 'push']],
    ['nobody:1', '', ['images', 'nobody:1', 'push']],
  ] as const)('of %s with %j is sent on', async ([ref, query, segments]) => {
    expect(await push(ref, query)).toMatchObject({ status: 0, segments })
  })

  it.for(FOREIGN_NAMES.flatMap(name => [[name, ''], [name.slice(0, -2), 'tag=1'], [name, 'platform=x']]))('of what is the presenter\'s is refused: %s with %j', async ([ref, query]) => {
    expect(await push(ref!, query)).toMatchObject({ status: 403, message: expect.stringContaining('to push demo:1') })
  })

  it.for([['mine', ''], ['mine', 'tag='], ['mine', 'tag=1&tag=2'], ['Mine', 'tag=1'], ['mine:1', 'tag=a/b']])('of %s with %j is malformed', async ([ref, query]) => {
    expect(await push(ref!, query)).toMatchObject({ status: 400 })
  })
})

describe('the removal of an image', () => {
  it.for(['mine:1', 'library/mine:1', 'docker.io/library/mine:1', OWN_IMAGE, short(OWN_IMAGE), OWN_DANGLING, short(OWN_DANGLING), 'nobody:1'])('is sent on where it is the session\'s, or not there: %s', async (ref) => {
    expect(await createGuard().judge('DELETE', `/images/${ref}?force=1&noprune=1`)).toMatchObject({ status: 0, segments: ['images', ...ref.split('/')], query: [['force', '1'], ['noprune', '1']] })
  })

  it.for(['demo:1', 'demo:2', FOREIGN_IMAGE, FOREIGN_IMAGE.slice('sha256:'.length), short(FOREIGN_IMAGE), FOREIGN_DANGLING, short(FOREIGN_DANGLING)])('is refused where it is the presenter\'s: %s', async (ref) => {
    expect(await createGuard().judge('DELETE', `/images/${ref}?force=1`)).toMatchObject({ status: 403, message: expect.stringContaining(`to remove the image ${ref}`) })
  })

  it('takes the session\'s name from the presenter\'s image, and not the image', async () => {
    const { judge, engine } = createGuard()
    const { settle } = await judge('POST', '/images/demo:1/tag?repo=fresh&tag=1')
    engine.has.images.find(({ Id }) => Id === FOREIGN_IMAGE)!.RepoTags!.push('fresh:1')
    await settle!()
    expect(await judge('DELETE', '/images/fresh:1')).toMatchObject({ status: 0 })
    expect(await judge('DELETE', '/images/demo:1')).toMatchObject({ status: 403 })
    expect(await judge('DELETE', `/images/${FOREIGN_IMAGE}?force=1`)).toMatchObject({ status: 403 })
  })

  it('of unused ones takes the session\'s only', async () => {
    const filters = encodeURIComponent(JSON.stringify({ dangling: ['false'], label: { [`${LABELS.session}=another`]: true } }))
    const { segments, query } = await createGuard().judge('POST', `/images/prune?filters=${filters}`)
    expect(segments).toEqual(['images', 'prune'])
    expect(JSON.parse(Object.fromEntries(query!).filters!)).toEqual({ dangling: { false: true }, label: { [`${LABELS.session}=another`]: true, [`${LABELS.session}=${SESSION}`]: true } })
  })

  it('leaves the cache of builds alone', async () => {
    expect(await createGuard().judge('POST', '/build/prune?all=1')).toMatchObject({ status: 200, reply: { CachesDeleted: [], SpaceReclaimed: 0 } })
  })
})
