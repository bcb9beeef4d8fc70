import { describe, expect, it } from 'vitest'
import { LABELS } from '../../../../runners/protocol/runner.ts'
import { ANONYMOUS, createGuard, EMPTY, SESSION, STEP_LABELS } from './_guard.ts'

const create = (body?: unknown) => createGuard().judge('POST', '/volumes/create', body)

describe('a new volume', () => {
  it.for([undefined, {}, { Name: '' }, { Name: 'fresh' }, { Name: 'data' }, { Name: ANONYMOUS }, { Driver: 'local' }, { Driver: '' }, { Labels: { mine: 'x' } }, { Labels: { [LABELS.session]: 'forged' } }, null])('from %j is labelled', async (body) => {
    const Labels = { ...(body as { Labels?: object })?.Labels, ...STEP_LABELS }
    expect(await create(body)).toMatchObject({ status: 0, segments: ['volumes', 'create'], body: { ...body, Labels } })
  })

  it.for([
    [{ Name: 'secrets' }, 409],
    [{ Name: '../etc' }, 400],
    [{ Name: '/etc' }, 400],
    [{ Name: 'x' }, 400],
    [{ Name: 'a b' }, 400],
    [{ Name: 1 }, 400],
    [{ Name: 'fresh', Driver: 'nfs' }, 403],
    [{ Name: 'fresh', Driver: 'LOCAL' }, 403],
    [{ Name: 'fresh', DriverOpts: { type: 'none', o: 'bind', device: '/' } }, 403],
    [{ Name: 'fresh', driveropts: { device: '/' } }, 403],
    [{ Name: 'fresh', ClusterVolumeSpec: { Group: 'x' } }, 403],
    [{ Name: 'fresh', Other: 'x' }, 403],
    [{ Labels: { a: 1 } }, 400],
    [[], 400],
    ['fresh', 400],
  ] as const)('from %j is refused: %i', async ([body, status]) => {
    expect(await create(body)).toMatchObject({ status })
  })

  it('has no options of a driver, however they are empty', async () => {
    for (const value of EMPTY)
      expect(await create({ Name: 'fresh', DriverOpts: value })).toMatchObject({ status: 0, body: expect.not.objectContaining({ DriverOpts: value }) })
  })
})

describe('a volume', () => {
  it.for(['data', ANONYMOUS])('of the session is reached: %s', async (name) => {
    const { judge } = createGuard()
    expect(await judge('GET', `/volumes/${name}`)).toMatchObject({ status: 0, segments: ['volumes', name] })
    expect(await judge('DELETE', `/volumes/${name}?force=1`)).toMatchObject({ status: 0, segments: ['volumes', name], query: [['force', '1']] })
  })

  it.for(['secrets', 'nobody', 'DATA', 'dat', ANONYMOUS.slice(0, 12)])('of another is not: %s', async (name) => {
    const { judge } = createGuard()
    const answer = { status: 404, message: `get ${name}: no such volume` }
    expect(await judge('GET', `/volumes/${name}`)).toEqual(answer)
    expect(await judge('DELETE', `/volumes/${name}?force=1`)).toEqual(answer)
  })
})

describe('a list of volumes', () => {
  it('has the session\'s only', async () => {
    const { segments, query, filter } = await createGuard().judge('GET', '/volumes?filters=%7B%22dangling%22%3A%7B%22true%22%3Atrue%7D%7D')
    expect({ segments, query }).toEqual({ segments: ['volumes'], query: [['filters', '{"dangling":{"true":true}}']] })
    expect(await filter!({ Volumes: [{ Name: 'data' }, { Name: 'secrets' }, { Name: ANONYMOUS }], Warnings: ['x'] })).toEqual({ Volumes: [{ Name: 'data' }, { Name: ANONYMOUS }], Warnings: null })
    expect(await filter!({ Volumes: null })).toEqual({ Volumes: [], Warnings: null })
  })

  it('is pruned of the session\'s only', async () => {
    const { segments, query } = await createGuard().judge('POST', '/volumes/prune?filters=%7B%22all%22%3A%5B%22true%22%5D%7D')
    expect(segments).toEqual(['volumes', 'prune'])
    expect(JSON.parse(Object.fromEntries(query!).filters!)).toEqual({ all: { true: true }, label: { [`${LABELS.session}=${SESSION}`]: true } })
  })
})
