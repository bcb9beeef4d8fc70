import { expect, it } from 'vitest'
import { describeNetwork, networkModel } from '../../../../../client/views/network/network.ts'
import { shared } from './_networks.ts'

it('finds addresses, subnets and ports', () => {
  const { networks, containers } = networkModel([shared])
  expect(networks.map(n => [n.name, n.subnet, n.internal])).toEqual([['front', '10.0.0.0/24', false], ['back', '10.0.1.0/24', true]])
  expect(containers[0]).toMatchObject({ name: 'web', addresses: { front: '10.0.0.2' }, ports: [{ hostIp: '127.0.0.1', hostPort: '8080', port: '80' }] })
  expect(containers[3]!.addresses).toEqual({})
  expect(describeNetwork(networkModel([shared]))).toBe('front 10.0.0.0/24: web 10.0.0.2 127.0.0.1:8080→80, api 10.0.0.3; back 10.0.1.0/24 internal: api 10.0.1.3, db 10.0.1.2')
})
