import type { NetworkInterfaceInfo } from 'node:os'
import { expect, it } from 'vitest'
import { resolveRemote, urlOf } from '../../../../runners/service/remote/addresses.ts'

const info = (address: string, family: 'IPv4' | 'IPv6' = 'IPv4', internal = false) => ({ address, family, internal, netmask: '', mac: '', cidr: null, ...family === 'IPv6' && { scopeid: 0 } }) as NetworkInterfaceInfo
const interfaces = {
  lo: [info('127.0.0.1', 'IPv4', true), info('::1', 'IPv6', true)],
  wlan0: [info('fd00::5', 'IPv6'), info('fe80::5', 'IPv6'), info('192.168.1.5')],
  eth0: [info('203.0.113.7'), info('10.1.2.3')],
  docker0: [info('172.17.0.1')],
}

it.each([
  ['', { addresses: ['192.168.1.5', '10.1.2.3', 'fd00::5'] }],
  ['8080', { addresses: ['192.168.1.5', '10.1.2.3', 'fd00::5'], port: 8080 }],
  [':8080', { addresses: ['192.168.1.5', '10.1.2.3', 'fd00::5'], port: 8080 }],
  ['127.0.0.1:0', { addresses: ['127.0.0.1'], port: 0 }],
  ['203.0.113.7', { addresses: ['203.0.113.7'] }],
  ['fd00::5', { addresses: ['fd00::5'] }],
  ['[fd00::5]:80', { addresses: ['fd00::5'], port: 80 }],
])('"%s" is all private addresses, or the one that is named', (text, place) => {
  expect(resolveRemote(text, interfaces)).toEqual(place)
})

it.each(['0.0.0.0', '192.168.1.6:80', 'example.com', 'localhost:4030', '[::', '1.2.3.4:x', '70000', 'a b'])('refuses "%s"', (text) => {
  expect(() => resolveRemote(text, interfaces)).toThrow(/not an address of this machine|no port/)
})

it('says what to do where nobody could reach this machine', () => {
  expect(() => resolveRemote('', { lo: interfaces.lo })).toThrow('no private address')
})

it('makes addresses that can be opened', () => {
  expect([urlOf('10.1.2.3', 4030), urlOf('fd00::5', 4030), urlOf('10.1.2.3', 80)]).toEqual(['http://10.1.2.3:4030/', 'http://[fd00::5]:4030/', 'http://10.1.2.3/'])
})
