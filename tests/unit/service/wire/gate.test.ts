import { describe, expect, it } from 'vitest'
import { judge } from '../../../../runners/service/wire/gate.ts'

const PORT = 3030
const HOST = `localhost:${PORT}`
const ORIGIN = `http://${HOST}`

type Headers = [string, string][]

function passes(headers: Headers, { method = 'GET', url = '/', upgrade = false, port = PORT } = {}): boolean {
  return judge({ method, url, rawHeaders: headers.flat(), upgrade }, port).ok
}

describe('judge', () => {
  it.each<[string, Headers, Parameters<typeof passes>[1]?]>([
    ['a page load', [['Host', HOST]]],
    ['a page load by address', [['Host', `127.0.0.1:${PORT}`]]],
    ['a page load by IPv6 address', [['Host', `[::1]:${PORT}`]]],
    ['a typed address', [['Host', HOST], ['Sec-Fetch-Site', 'none']]],
    ['HEAD without Origin', [['Host', HOST]], { method: 'HEAD' }],
    ['a POST of the page', [['Host', HOST], ['Origin', ORIGIN], ['Sec-Fetch-Site', 'same-origin']], { method: 'POST' }],
    ['a POST of the page at the IPv6 address', [['Host', `[::1]:${PORT}`], ['Origin', `http://[::1]:${PORT}`]], { method: 'POST' }],
    ['an upgrade of the page', [['host', HOST], ['origin', ORIGIN]], { upgrade: true }],
    ['the default port, which browsers leave out', [['Host', 'localhost'], ['Origin', 'http://localhost']], { port: 80, method: 'POST' }],
  ])('lets %s pass', (_name, headers, request) => {
    expect(passes(headers, request)).toBe(true)
  })

  it.each([
    'evil.example',
    `evil.example:${PORT}`,
    'localhost',
    'localhost:3031',
    'localhost:80',
    `localhost.evil.test:${PORT}`,
    `127.0.0.1.nip.io:${PORT}`,
    `evil.localhost:${PORT}`,
    `localhost.:${PORT}`,
    `localhost:${PORT}.evil.test`,
    `localhost:${PORT}@evil.test`,
    `evil.test@localhost:${PORT}`,
    `0.0.0.0:${PORT}`,
    `127.1:${PORT}`,
    `127.0.0.2:${PORT}`,
    `2130706433:${PORT}`,
    `0x7f000001:${PORT}`,
    `[::]:${PORT}`,
    `[::ffff:127.0.0.1]:${PORT}`,
    `[0:0:0:0:0:0:0:1]:${PORT}`,
    `[::1%25lo]:${PORT}`,
    `::1:${PORT}`,
    `attacker.test:${PORT}`,
    `host.docker.internal:${PORT}`,
    `172.17.0.1:${PORT}`,
    `${HOST}, ${HOST}`,
    `${HOST} `,
    '',
  ])('refuses the Host "%s"', (host) => {
    expect(passes([['Host', host]])).toBe(false)
    expect(passes([['Host', host], ['Origin', `http://${host}`]], { method: 'POST' })).toBe(false)
    expect(passes([['Host', host], ['Origin', `http://${host}`]], { upgrade: true })).toBe(false)
  })

  it('refuses a request without Host and one with two, equal or not', () => {
    expect(passes([])).toBe(false)
    expect(passes([['Host', HOST], ['Host', HOST]])).toBe(false)
    expect(passes([['Host', HOST], ['hOST', 'evil.example']])).toBe(false)
    expect(passes([['Host', 'evil.example'], ['Host', HOST]])).toBe(false)
  })

  it.each([
    'null',
    '',
    'https://evil.example',
    'https://trusted.example.com.evil.com',
    `https://${HOST}`,
    `ws://${HOST}`,
    'http://localhost',
    'http://localhost:32768',
    'http://localhost:3031',
    `http://127.0.0.1:${PORT}`,
    `http://[::1]:${PORT}`,
    `http://evil.localhost:${PORT}`,
    `${ORIGIN}.evil.example`,
    `${ORIGIN}/`,
    `${ORIGIN}, ${ORIGIN}`,
    `http://evil.example/${ORIGIN}`,
    `http://user@${HOST}`,
    `HTTP://${HOST}`,
    'file://',
    'chrome-extension://abcdefghijklmnop',
  ])('refuses the Origin "%s", to read, to write and to upgrade', (origin) => {
    const headers: Headers = [['Host', HOST], ['Origin', origin]]
    expect(passes(headers)).toBe(false)
    expect(passes(headers, { method: 'POST' })).toBe(false)
    expect(passes(headers, { upgrade: true })).toBe(false)
  })

  it('refuses two Origins', () => {
    expect(passes([['Host', HOST], ['Origin', ORIGIN], ['Origin', ORIGIN]])).toBe(false)
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'PROPFIND', ''])('refuses "%s" without Origin', (method) => {
    expect(passes([['Host', HOST]], { method })).toBe(false)
  })

  it('refuses an upgrade without Origin, and one that is no GET', () => {
    expect(passes([['Host', HOST]], { upgrade: true })).toBe(false)
    expect(passes([['Host', HOST]], { upgrade: true, method: 'HEAD' })).toBe(false)
    expect(passes([['Host', HOST], ['Origin', ORIGIN]], { upgrade: true, method: 'POST' })).toBe(false)
  })

  it.each(['cross-site', 'same-site', '', 'SAME-ORIGIN', 'same-origin, cross-site'])('refuses Sec-Fetch-Site "%s"', (site) => {
    expect(passes([['Host', HOST], ['Sec-Fetch-Site', site]])).toBe(false)
    expect(passes([['Host', HOST], ['Origin', ORIGIN], ['Sec-Fetch-Site', site]], { method: 'POST' })).toBe(false)
  })

  it('refuses a second Sec-Fetch-Site that differs', () => {
    expect(passes([['Host', HOST], ['Sec-Fetch-Site', 'same-origin'], ['Sec-Fetch-Site', 'cross-site']])).toBe(false)
  })

  it('is not fooled by Sec-Fetch-Mode', () => {
    expect(passes([['Host', HOST], ['Origin', 'https://evil.example'], ['Sec-Fetch-Mode', 'no-cors']], { method: 'POST' })).toBe(false)
  })

  it.each(['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'x-forwarded-proto'])('refuses what was forwarded (%s)', (name) => {
    expect(passes([['Host', HOST], [name, HOST]])).toBe(false)
  })

  it.each([`http://${HOST}/`, 'http://evil.example/', `//evil.example/`, '*', HOST, ''])('refuses the request target "%s"', (url) => {
    expect(passes([['Host', HOST], ['Origin', ORIGIN]], { url })).toBe(false)
  })

  it('refuses the script of a service worker', () => {
    expect(passes([['Host', HOST], ['Service-Worker', 'script'], ['Sec-Fetch-Site', 'same-origin']], { url: '/sw.js' })).toBe(false)
  })

  it('does not repeat what it was sent', () => {
    const verdict = judge({ method: 'GET', url: '/', rawHeaders: ['Host', '<script>'], upgrade: false }, PORT)
    expect(verdict).toEqual({ ok: false, status: 403, reason: expect.not.stringContaining('script') })
  })
})
