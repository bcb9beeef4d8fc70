import { describe, expect, it } from 'vitest'
import { createGuard, FOREIGN_DANGLING, FOREIGN_IMAGE, OWN, OWN_NET, STEP_LABELS } from './_guard.ts'

const build = (query: string) => createGuard().judge('POST', `/build?${query}`, 'a folder')
const sentBy = async (query: string) => Object.fromEntries((await build(query)).query!)

const MEMORY = String(256 * 1024 ** 2)
const stage = (start: string): string => `sha256:${start.padEnd(64, '0')}`
const lineOf = (stream: string): string => JSON.stringify({ stream })

describe('a build', () => {
  it('is labelled, limited, and leaves no containers', async () => {
    const { status, segments, query, contentType, stream } = await build('t=fresh:1&rm=0&forcerm=0')
    expect({ status, segments, contentType }).toEqual({ status: 0, segments: ['build'], contentType: 'application/x-tar' })
    expect(stream).toBeDefined()
    const { labels, ...rest } = Object.fromEntries(query!)
    expect(JSON.parse(labels!)).toEqual(STEP_LABELS)
    expect(rest).toEqual({ t: 'fresh:1', networkmode: '', q: '', rm: '1', forcerm: '1', memory: MEMORY, cpuperiod: '100000', cpuquota: '100000' })
  })

  it('keeps labels of its own, but for the session\'s', async () => {
    const forged = { mine: 'x', ...Object.fromEntries(Object.keys(STEP_LABELS).map(name => [name, 'forged'])) }
    expect(JSON.parse((await sentBy(`labels=${encodeURIComponent(JSON.stringify(forged))}`)).labels!)).toEqual({ mine: 'x', ...STEP_LABELS })
    expect(JSON.parse((await sentBy('labels=null')).labels!)).toEqual(STEP_LABELS)
  })

  it.for([
    ['memory=0', { memory: MEMORY }],
    ['memory=1000', { memory: '1000' }],
    ['cpuquota=0', { cpuquota: '100000', cpuperiod: '100000' }],
    ['cpuperiod=1000000', { cpuquota: '100000', cpuperiod: '100000' }],
    ['cpuquota=0&cpuperiod=7', { cpuquota: '100000', cpuperiod: '100000' }],
    ['cpuquota=00&memory=00', { cpuquota: '100000', cpuperiod: '100000', memory: MEMORY }],
    ['cpuquota=5', { cpuquota: '5' }],
    ['cpuquota=5&cpuperiod=7', { cpuquota: '5', cpuperiod: '7' }],
    ['networkmode=net', { networkmode: OWN_NET }],
    ['networkmode=default', { networkmode: 'default' }],
    ['networkmode=none', { networkmode: 'none' }],
    ['networkmode=container:web', { networkmode: `container:${OWN}` }],
    ['target=x&dockerfile=a/Dockerfile&nocache=1', { target: 'x', dockerfile: 'a/Dockerfile', nocache: '1' }],
  ] as const)('with %s is asked for with %j', async ([query, sent]) => {
    expect(await sentBy(query)).toMatchObject(sent)
  })

  it.for([
    ['remote=http://127.0.0.1/x.git', 403],
    ['remote=client-session', 403],
    ['pull=1', 403],
    ['pull=true', 403],
    ['cgroupparent=/', 403],
    ['securityopt=%5B%22seccomp%3Dunconfined%22%5D', 403],
    ['isolation=hyperv', 403],
    ['session=x', 403],
    ['outputs=%5B%7B%7D%5D', 403],
    ['version=2', 403],
    ['memory=-1', 403],
    ['memory=1e9', 403],
    ['memswap=-1', 403],
    ['cpuquota=-1', 403],
    ['shmsize=-1', 403],
    ['networkmode=host', 403],
    ['networkmode=lan', 404],
    ['networkmode=container:theirs', 404],
    ['privileged=1', 403],
    ['Remote=x', 403],
    ['labels=x', 400],
    ['labels=%5B%5D', 400],
    ['memory=1&memory=-1', 400],
    ['t=Fresh', 400],
    ['t=demo:1', 403],
    ['t=docker.io/library/demo:1', 403],
    ['t=index.docker.io/demo:1', 403],
    ['t=fresh:1&t=demo:1', 403],
  ] as const)('with %s is refused: %i', async ([query, status]) => {
    expect(await build(query)).toMatchObject({ status })
  })

  it.for(['remote', 'pull', 'cgroupparent', 'securityopt', 'isolation', 'session', 'outputs'])('has no %s, however it is empty', async (name) => {
    for (const value of ['', '0', 'false', 'False', ' NO ', 'none', 'null', '[]', '{}', 'default'])
      expect(await sentBy(`${name}=${encodeURIComponent(value)}`), value).not.toHaveProperty(name)
  })

  it('that may not set one of its names takes none of them', async () => {
    const { judge, engine } = createGuard()
    expect(await judge('POST', '/build?t=fresh:1&t=demo:1')).toMatchObject({ status: 403 })
    engine.has.images.push({ Id: stage('55'), RepoTags: ['fresh:1'], RepoDigests: [] })
    expect(await judge('DELETE', '/images/fresh:1')).toMatchObject({ status: 403 })
  })
})

describe('what a build says', () => {
  it.for([
    ['made by an instruction', ['Step 2/2 : RUN x', ' ---> Running in 0123456789ab', ` ---> ${'5'.repeat(12)}\n`], 0],
    ['that it started from', ['Step 1/2 : FROM demo:1', ` ---> ${'5'.repeat(12)}\n`], 403],
    ['that it started from, in small letters', ['Step 1/2 : from demo:1', ` ---> ${'5'.repeat(12)}\n`], 403],
    ['from the cache', ['Step 2/2 : RUN x', ' ---> Using cache', ` ---> ${'5'.repeat(12)}\n`], 403],
    ['within a line', ['Step 2/2 : RUN x', `see  ---> ${'5'.repeat(12)}\n`], 403],
  ] as const)('tells of an image %s', async ([, lines, status]) => {
    const { judge, engine } = createGuard()
    const { line } = await judge('POST', '/build')
    engine.has.images.push({ Id: stage('5'.repeat(12)), RepoTags: null, RepoDigests: null })
    for (const text of lines)
      expect(await line!(lineOf(text))).toBe(lineOf(text))
    expect(await judge('DELETE', `/images/${'5'.repeat(12)}`)).toMatchObject({ status })
  })

  it('makes no image the session\'s that was there before, whatever a program of the build prints', async () => {
    const { judge } = createGuard()
    const { line } = await judge('POST', '/build')
    const id = FOREIGN_DANGLING.replace('sha256:', '').slice(0, 12)
    for (const text of ['Step 2/2 : RUN x', ` ---> ${id}\n`])
      await line!(lineOf(text))
    expect(await judge('DELETE', `/images/${id}`)).toMatchObject({ status: 403 })
  })

  it('makes a base image that it fetched the session\'s', async () => {
    const { judge, engine } = createGuard()
    const { line } = await judge('POST', '/build')
    engine.has.images.push({ Id: stage('55'), RepoTags: ['fresh:1'], RepoDigests: [] })
    await line!(JSON.stringify({ status: 'Status: Image is up to date for fresh:1' }))
    expect(await judge('DELETE', '/images/fresh:1')).toMatchObject({ status: 403 })
    await line!(JSON.stringify({ status: 'Status: Downloaded newer image for fresh:1' }))
    expect(await judge('DELETE', '/images/fresh:1')).toMatchObject({ status: 0 })
  })

  it('may be no JSON', async () => {
    const { line } = await build('')
    expect(await line!('{"stream"')).toBe('{"stream"')
  })

  it('is the image\'s id only where it shall be quiet', async () => {
    const { line } = await build('q=1')
    expect(await line!(lineOf('Step 1/1 : FROM demo:1'))).toBeUndefined()
    expect(await line!(JSON.stringify({ aux: { ID: FOREIGN_IMAGE } }))).toBeUndefined()
    expect(await line!(lineOf('Successfully built 222222222222\n'))).toBe(lineOf(`${FOREIGN_IMAGE}\n`))
  })

  it('is all of it where it shall be quiet and fails', async () => {
    const { line } = await build('q=1')
    expect(await line!(lineOf('Step 1/1 : RUN x'))).toBeUndefined()
    const failure = JSON.stringify({ error: 'x failed' })
    expect(await line!(failure)).toBe(`${lineOf('Step 1/1 : RUN x')}\r\n${failure}`)
  })
})
