import { describe, expect, it } from 'vitest'
import { createGuard } from '../_guard.ts'

const h2c = { upgrade: 'h2c', connection: 'Upgrade' }

describe('the builder of a client', () => {
  it.for([
    ['Docker-Client/28.2.2 (linux)', true, '2'],
    ['Docker-Client/23.0.0 (linux)', true, '2'],
    ['Docker-Client/20.10.24 (linux)', true, '1'],
    ['Docker-Client/28.2.2 (linux)', false, '1'],
    ['buildx/0.38.2', true, '2'],
    [undefined, true, '2'],
  ] as const)('%s before an engine with BuildKit: %s, is %s', async ([agent, buildKit, version]) => {
    expect(await createGuard({ buildKit }).judge('GET', '/_ping', undefined, { 'user-agent': agent })).toMatchObject({ headers: { 'builder-version': version } })
  })
})

describe('a channel of BuildKit', () => {
  it.for(['/session', '/grpc', '/v1.51/grpc'])('%s is taken over where the engine has BuildKit, by HTTP/2 only', async (url) => {
    const { judge } = createGuard({ buildKit: true })
    expect(await judge('POST', url, undefined, h2c)).toMatchObject({ status: 0, hijack: true, upgrade: { upgrade: 'h2c' } })
    expect(await judge('POST', url, undefined, { ...h2c, upgrade: 'tcp' })).toMatchObject({ status: 403 })
    expect(await judge('POST', url)).toMatchObject({ status: 403 })
    expect(await createGuard().judge('POST', url, undefined, h2c)).toMatchObject({ status: 403 })
  })

  it('never passes BuildKit\'s calls on unread', async () => {
    expect(await createGuard({ buildKit: true }).judge('POST', '/grpc', undefined, h2c)).toMatchObject({ take: expect.any(Function) as unknown })
  })

  it('tells the engine which services the client has, and nothing else', async () => {
    const { judge, session } = createGuard({ buildKit: true })
    const services = { 'x-docker-expose-session-uuid': 'client-1', 'x-docker-expose-session-name': 'deck', 'x-docker-expose-session-sharedkey': 'key', 'x-docker-expose-session-grpc-method': '/a/B, /c/D' }
    expect(await judge('POST', '/session', undefined, { ...h2c, ...services, 'x-other': 'y' })).toMatchObject({
      upgrade: {
        'upgrade': 'h2c',
        'x-docker-expose-session-uuid': ['client-1'],
        'x-docker-expose-session-name': ['deck'],
        'x-docker-expose-session-sharedkey': ['key'],
        'x-docker-expose-session-grpc-method': ['/a/B', '/c/D'],
      },
    })
    expect(session.builds.sessions.has('client-1')).toBe(true)
  })
})
