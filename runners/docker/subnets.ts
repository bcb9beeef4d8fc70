import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

/** A network as CIDR writes it, `10.0.0.0/24`. */
interface Subnet { address: string, prefix: number, family: 'ipv4' | 'ipv6' }

/** Addresses that no machine of the internet has, and how short the prefix of a network among them may be. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].map(text => parseSubnet(text)!)
const SHORTEST = { ipv4: 16, ipv6: 48 }

function parseSubnet(text: string): Subnet | undefined {
  const [, address = '', digits] = /^([\da-f.:]+)\/(\d{1,3})$/i.exec(text) ?? []
  const version = isIP(address)
  const prefix = Number(digits)
  if (!version || prefix > (version === 4 ? 32 : 128))
    return undefined
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

function holds({ address, prefix, family }: Subnet, other: string): boolean {
  const block = new BlockList()
  block.addSubnet(address, prefix, family)
  return block.check(other, isIP(other) === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Why a network may not have the addresses `text`, of which `gateway` is the bridge's; undefined where it may. The
 * bridge takes every packet that this machine sends to them. `taken` has the networks that the machine is in.
 */
export function faultOfSubnet(text: string, gateway: string | undefined, taken: readonly string[]): string | undefined {
  const subnet = parseSubnet(text)
  if (!subnet)
    return `${JSON.stringify(text)} is no network`
  const { address, prefix, family } = subnet
  if (prefix < SHORTEST[family] || !PRIVATE.some(range => range.family === family && holds(range, address)))
    return `the addresses ${text}, which are not among the private ones, or too many: take up to a /${SHORTEST[family]} of ${family === 'ipv4' ? '10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16' : 'fd00::/8'}`
  const other = taken.find((cidr) => {
    const network = parseSubnet(cidr)
    return network?.family === family && (holds(subnet, network.address) || holds(network, address))
  })
  if (other)
    return `the addresses ${text}: this machine reaches ${other} elsewhere`
  if (gateway && !(isIP(gateway) && holds(subnet, gateway)))
    return `the gateway ${gateway}, which is not in ${text}`
  return undefined
}

/** The networks that this machine is in or has a route to, as CIDR writes them. */
export function takenSubnets(): string[] {
  const interfaces = Object.values(networkInterfaces()).flatMap(list => list ?? []).flatMap(({ cidr }) => cidr ?? [])
  return [...interfaces, ...routes()]
}

/** Where Linux tells them, routes lead to more networks than interfaces are in: those of a VPN, say. */
function routes(): string[] {
  let table: string
  try {
    table = readFileSync('/proc/net/route', 'utf8')
  }
  catch {
    return []
  }
  return parseRoutes(table)
}

/** Reads `/proc/net/route`, where the bytes of addresses stand in reverse; the default route leads to no network. */
export function parseRoutes(table: string): string[] {
  return table.split('\n').slice(1).flatMap((line) => {
    const [, destination = '', , , , , , mask = ''] = line.split('\t')
    const bits = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length
    return /^[\dA-F]{8}$/.test(destination) && bits ? [`${bytesOf(destination).join('.')}/${bits}`] : []
  })
}

function bytesOf(hex: string): number[] {
  return [...Buffer.from(hex, 'hex')].reverse()
}
