import { describe, expect, it } from 'vitest'
import { LABELS } from '../../../../runners/protocol/runner.ts'
import { ANONYMOUS, createGuard, FOREIGN, FOREIGN_NET, OWN, OWN_IMAGE, OWN_NET, SESSION, SESSION_LABELS } from './_guard.ts'

describe('what the engine says of itself', () => {
  it.for([
    ['GET', '/_ping', ['_ping']],
    ['HEAD', '/_ping', ['_ping']],
    ['GET', '/version', ['version']],
    ['GET', '/info', ['info']],
    ['GET', '/system/df?type=image&type=container', ['system', 'df']],
    ['GET', '/events?since=1&until=2', ['events']],
  ] as const)('is asked by %s %s', async ([method, url, segments]) => {
    expect(await createGuard().judge(method, url)).toMatchObject({ status: 0, segments })
  })

  it('names the version that the guard knows, and the classic builder', async () => {
    expect(await createGuard({ newest: '1.41' }).judge('GET', '/_ping')).toMatchObject({ headers: { 'api-version': '1.41', 'builder-version': '1' } })
  })

  it.for([
    ['1.41', '1.41'],
    ['1.51', '1.51'],
    ['1.99', '1.51'],
    [undefined, '1.51'],
  ])('has the version %s as %s', async ([said, told]) => {
    const { filter } = await createGuard().judge('GET', '/version')
    const answer = { Version: '20', ApiVersion: said, Components: [{ Name: 'Engine', Details: { ApiVersion: said, Arch: 'x' } }, { Name: 'runc' }] }
    expect(filter!(answer)).toMatchObject({ Version: '20', ApiVersion: told, Components: [{ Details: said ? { ApiVersion: told } : {} }, { Name: 'runc' }] })
  })

  it('counts the session\'s containers, and is part of no swarm', async () => {
    const { filter } = await createGuard().judge('GET', '/info')
    expect(await filter!({ Name: 'host', Containers: 40, ContainersRunning: 30, Swarm: { LocalNodeState: 'active', NodeID: 'x' } })).toMatchObject({
      Name: 'host',
      Containers: 1,
      ContainersRunning: 1,
      ContainersPaused: 0,
      ContainersStopped: 0,
      Swarm: { LocalNodeState: 'inactive', NodeID: '' },
    })
  })

  it('measures containers and volumes of the session, and no builds', async () => {
    const { filter } = await createGuard().judge('GET', '/system/df')
    expect(await filter!({
      LayersSize: 7,
      Images: [{ Id: OWN_IMAGE, Containers: 9 }, { Id: 'sha256:other', Containers: 9 }],
      Containers: [{ Labels: SESSION_LABELS }, { Labels: { [LABELS.session]: 'another' } }, { Labels: null }],
      Volumes: [{ Name: 'data' }, { Name: 'secrets' }, { Name: ANONYMOUS }],
      BuildCache: [{ ID: 'x' }],
      BuilderSize: 8,
    })).toEqual({
      LayersSize: 7,
      Images: [{ Id: OWN_IMAGE, Containers: 1 }, { Id: 'sha256:other', Containers: 0 }],
      Containers: [{ Labels: SESSION_LABELS }],
      Volumes: [{ Name: 'data' }, { Name: ANONYMOUS }],
      BuildCache: [],
      BuilderSize: 0,
    })
  })
})

describe('events', () => {
  it.for([
    ['a container of the session', { Type: 'container', Actor: { ID: OWN, Attributes: { [LABELS.session]: SESSION } } }, true],
    ['another\'s container', { Type: 'container', Actor: { ID: FOREIGN, Attributes: { [LABELS.session]: 'another' } } }, false],
    ['a container without labels', { Type: 'container', Actor: { ID: OWN } }, false],
    ['an image', { Type: 'image', Actor: { ID: 'demo:1' } }, true],
    ['a network of the session', { Type: 'network', Action: 'destroy', Actor: { ID: OWN_NET } }, true],
    ['another\'s network', { Type: 'network', Action: 'create', Actor: { ID: FOREIGN_NET } }, false],
    ['the session\'s container in the bridge', { Type: 'network', Action: 'connect', Actor: { ID: 'x', Attributes: { name: 'bridge', container: OWN } } }, true],
    ['another\'s container in the bridge', { Type: 'network', Action: 'connect', Actor: { ID: 'x', Attributes: { name: 'bridge', container: FOREIGN } } }, false],
    ['the session\'s container in another\'s network', { Type: 'network', Action: 'connect', Actor: { ID: FOREIGN_NET, Attributes: { name: 'lan', container: OWN } } }, false],
    ['a volume of the session', { Type: 'volume', Action: 'mount', Actor: { ID: 'data' } }, true],
    ['another\'s volume', { Type: 'volume', Action: 'create', Actor: { ID: 'secrets' } }, false],
    ['the daemon', { Type: 'daemon', Action: 'reload', Actor: { ID: 'x' } }, false],
    ['a secret', { Type: 'secret', Actor: { ID: 'x', Attributes: { [LABELS.session]: SESSION } } }, false],
    ['nothing known', {}, false],
  ] as const)('of %s', async ([, event, shown]) => {
    const { line } = await createGuard().judge('GET', '/events')
    const text = JSON.stringify(event)
    expect(await line!(text)).toBe(shown ? text : undefined)
  })

  it('that are no JSON are left out', async () => {
    const { line } = await createGuard().judge('GET', '/events')
    expect(await line!('{"Type":"image"')).toBeUndefined()
  })
})

describe('a login', () => {
  it('is sent on with the fields that it has', async () => {
    const body = { username: 'me', password: 'x', auth: '', email: 'me@x', serveraddress: 'r.example', identitytoken: 't', registrytoken: 'r' }
    expect(await createGuard().judge('POST', '/auth', body)).toMatchObject({ status: 0, segments: ['auth'], body })
    expect(await createGuard().judge('POST', '/auth')).toMatchObject({ status: 0, body: {} })
  })

  it.for([{ Username: 'me' }, { username: 1 }, { more: 'x' }])('with %j is refused', async (body) => {
    expect((await createGuard().judge('POST', '/auth', body)).status).toBeGreaterThanOrEqual(400)
  })
})
