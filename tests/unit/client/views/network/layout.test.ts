import type { Payload } from '../../../../../runners/protocol/event.ts'
import { expect, it } from 'vitest'
import { layOutNetwork } from '../../../../../client/views/network/layout.ts'
import { networkModel } from '../../../../../client/views/network/network.ts'
import { container, runOf } from '../_runs.ts'
import { network, shared } from './_networks.ts'

it('puts bridges that share a container in rows of their own, and hangs containers below', () => {
  const { bridges, containers, nat, detail } = layOutNetwork(networkModel([shared]), 876, 360)
  expect(detail).toBe('box')
  expect(nat).toBeDefined()
  const [front, back] = bridges
  expect(back!.y).toBeGreaterThan(front!.y)
  expect([front!.uplink, back!.uplink]).toEqual([expect.any(Number), undefined])
  const api = containers.find(({ container }) => container.name === 'api')!
  expect(api.joins).toEqual([front!.y + front!.height, back!.y + back!.height])
  expect(containers.every(shape => shape.y > back!.y && shape.y + shape.height <= 360)).toBe(true)
})

it('lets networks that share nothing stand beside each other', () => {
  const two = runOf(0, [1, network('a')], [2, network('b')], [3, container('x', { networks: { a: '1' } })], [4, container('y', { networks: { b: '2' } })])
  const { bridges } = layOutNetwork(networkModel([two]), 876, 300)
  expect(bridges[0]!.y).toBe(bridges[1]!.y)
  expect(bridges[0]!.x + bridges[0]!.width).toBeLessThan(bridges[1]!.x)
})

it('keeps 500 containers and 30 networks inside the host', () => {
  const events = Array.from({ length: 30 }, (_, i): [number, Payload] => [i, network(`n${i}`)])
  const members = Array.from({ length: 500 }, (_, i): [number, Payload] => [100 + i, container(`c${i}`, { networks: { [`n${i % 30}`]: '10.0.0.9' } })])
  const { bridges, detail, hidden } = layOutNetwork(networkModel([runOf(0, ...events, ...members)]), 876, 360)
  expect(detail).toBe('dots')
  const dots = bridges.flatMap(bridge => bridge.dots)
  expect(dots.every(({ x, y }) => x > 0 && x < 876 && y > 0 && y < 360)).toBe(true)
  expect(bridges.length + hidden).toBe(30)
})

it('has a shape without anything, and without a container', () => {
  expect(layOutNetwork(networkModel([]), 400, 200)).toMatchObject({ bridges: [], containers: [] })
  expect(layOutNetwork(networkModel([runOf(0, [1, network('a')])]), 400, 200).bridges).toHaveLength(1)
})
