import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { SOCKET_PATH } from '../../../../runners/protocol/wire.ts'
import { exchange, HANDSHAKE, rawRequest, statusOf } from '../../../_raw-http.ts'
import { connect, stage, watch } from '../../../_remote.ts'
import { exits, step } from '../../../_session.ts'

describe('the gate', () => {
  it.each<[string, (host: string, port: number) => string, number]>([
    ['the page', host => rawRequest('GET /', { Host: host }), 200],
    ['the page by name', (_, port) => rawRequest('GET /', { Host: `localhost:${port}` }), 200],
    ['the page by a link of another site', host => rawRequest('GET /', { 'Host': host, 'Sec-Fetch-Site': 'cross-site' }), 200],
    ['HEAD', host => rawRequest('HEAD /', { Host: host }), 200],
    ['what is not there', host => rawRequest('GET /nothing', { Host: host }), 404],
    ['a path out of the folder', host => rawRequest('GET /../secret.txt', { Host: host }), 404],
    ['an escaped path out of the folder', host => rawRequest('GET /%2e%2e/secret.txt', { Host: host }), 404],
    ['a broken escape', host => rawRequest('GET /%ff', { Host: host }), 404],
    ['another name', (_, port) => rawRequest('GET /', { Host: `evil.example:${port}` }), 403],
    ['an address that is not served', (_, port) => rawRequest('GET /', { Host: `10.0.0.1:${port}` }), 403],
    ['another site that asks for a part', host => rawRequest('GET /assets/main-1.js', { 'Host': host, 'Sec-Fetch-Site': 'cross-site' }), 403],
    ['another origin', host => rawRequest('GET /', { Host: host, Origin: 'https://evil.example' }), 403],
    ['POST', host => rawRequest('POST /', { Host: host, Origin: `http://${host}` }, 'x'), 403],
    ['the presenter\'s landing page by a link', host => rawRequest('GET /__kamishibai/open', { 'Host': host, 'Sec-Fetch-Site': 'cross-site' }), 403],
    ['an upgrade without Origin', host => rawRequest(`GET ${SOCKET_PATH}`, { Host: host, ...HANDSHAKE }), 403],
    ['an upgrade of another origin', host => rawRequest(`GET ${SOCKET_PATH}`, { Host: host, Origin: 'https://evil.example', ...HANDSHAKE }), 403],
  ])('answers %s', async (_, request, status) => {
    const { port } = await stage([step('a')], exits())
    const answer = await exchange(port, request(`127.0.0.1:${port}`, port))
    expect(statusOf(answer)).toBe(status)
    expect(answer).not.toContain('presenter\'s own')
  })

  it('sends what is compressed well compressed, and parts of what is played', async () => {
    const { port } = await stage([step('a')], exits())
    const url = `http://127.0.0.1:${port}`
    const script = await fetch(`${url}/assets/main-1.js`)
    expect(script.headers.get('content-encoding')).toBe('gzip')
    expect(await script.text()).toContain('x'.repeat(1000))
    const part = await fetch(`${url}/film.mp4`, { headers: { Range: 'bytes=2-4' } })
    expect([part.status, await part.text()]).toEqual([206, '234'])
  })
})

it('takes nothing but where a viewer left off: each other message closes its socket, and runs nothing', async () => {
  const { session, port } = await stage([step('a')], exits())
  for (const bad of ['not json', '{}', '[]', 'null', '{"type":"run","step":"a"}', '{"type":"slide","no":2}']) {
    const socket = connect(port)
    await once(socket, 'open')
    socket.send(bad)
    expect((await once(socket, 'close') as [number])[0]).toBe(1008)
  }
  for (const bad of ['{"type":"hello"}', '{"type":"run","step":"a"}', '{"type":"reset"}', '{"type":"mode","mode":"replay"}', '{"type":"ack","bytes":1}', '{"type":"log","run":1}']) {
    const { socket } = await watch(port)
    socket.send(bad)
    expect((await once(socket, 'close') as [number])[0]).toBe(1008)
  }
  const binary = connect(port)
  await once(binary, 'open')
  binary.send(Buffer.from('{"type":"hello"}'))
  expect((await once(binary, 'close') as [number])[0]).toBe(1008)
  expect([session.runs, session.pace.slide]).toEqual([[], undefined])
})
