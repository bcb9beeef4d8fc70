import type { View } from '../../../runners/protocol/event.ts'
import type { FoldedRun } from '../foldedRun.ts'
import { livingObjects } from '../foldedRun.ts'

/** A container as a network diagram shows it. */
export interface NetworkedContainer {
  id: string
  name: string
  state: string
  /** By the name of the network; empty while it has none, as before the start and after the end. */
  addresses: Record<string, string>
  ports: PublishedPort[]
}

export interface PublishedPort {
  /** Where the host listens: `127.0.0.1`, `8080`. */
  hostIp: string
  hostPort: string
  /** Where it leads in the container: `80`, `53/udp`. */
  port: string
}

export interface DrawnNetwork { name: string, subnet: string, gateway: string, internal: boolean }

/** Networks that hold something, or were made for it, and the containers on them. */
export interface NetworkModel { networks: DrawnNetwork[], containers: NetworkedContainer[] }

const RE_PORT = /^(?:(.*):)?([\d-]+)→(.+)$/

/** The networks and containers that are there at the end of `runs`. */
export function networkModel(runs: FoldedRun[]): NetworkModel {
  const containers = livingObjects(runs, 'container').map(({ id, name, view }): NetworkedContainer => ({
    id,
    name,
    state: String(view.state ?? ''),
    addresses: addressesOf(view),
    ports: portsOf(view),
  }))
  const known = new Map(livingObjects(runs, 'network').map(({ name, view }) => [name, drawn(name, view)]))
  // In older recordings the engine's own bridge is known by its containers only.
  for (const network of containers.flatMap(({ addresses }) => Object.keys(addresses))) {
    if (!known.has(network))
      known.set(network, { name: network, subnet: '', gateway: '', internal: false })
  }
  const used = [...known.values()].filter(({ name }) => name !== 'bridge' || containers.some(c => name in c.addresses))
  return { networks: used, containers }
}

function addressesOf({ networks }: View): Record<string, string> {
  return typeof networks === 'object' && networks !== null && !Array.isArray(networks)
    // Neither is a network that something could hang from.
    ? Object.fromEntries(Object.entries(networks).filter(([name]) => name !== 'none' && name !== 'host').map(([name, address]) => [name, String(address ?? '')]))
    : {}
}

function portsOf({ ports }: View): PublishedPort[] {
  return (Array.isArray(ports) ? ports : []).flatMap((port) => {
    const [, hostIp = '', hostPort, target] = RE_PORT.exec(String(port)) ?? []
    return hostPort && target ? [{ hostIp, hostPort, port: target }] : []
  })
}

function drawn(name: string, { subnets, gateways, internal }: View): DrawnNetwork {
  const first = (list: View[string] | undefined): string => Array.isArray(list) ? String(list[0] ?? '') : ''
  return { name, subnet: first(subnets), gateway: first(gateways), internal: internal === true }
}

/** The model in words. */
export function describeNetwork({ networks, containers }: NetworkModel): string {
  return networks.map(({ name, subnet, internal }) => {
    const members = containers.filter(c => name in c.addresses)
    const words = members.slice(0, 12).map(c => [c.name, c.addresses[name], ...c.ports.map(portText)].filter(Boolean).join(' '))
    return `${[name, subnet, internal ? 'internal' : ''].filter(Boolean).join(' ')}: ${words.join(', ')}${members.length > 12 ? `, + ${members.length - 12}` : ''}`
  }).join('; ')
}

function portText({ hostIp, hostPort, port }: PublishedPort): string {
  return `${hostIp ? `${hostIp}:` : ''}${hostPort}→${port}`
}
