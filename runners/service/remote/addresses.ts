import type { NetworkInterfaceInfo } from 'node:os'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { StepError } from '../../protocol/error.ts'

/** Where remote viewers are served; without a port, at the first that is free. */
export interface RemotePlace { addresses: string[], port?: number }

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>

/** RFC 1918 and RFC 4193: addresses that the internet does not reach. */
const RE_PRIVATE = /^(?:10\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.|f[cd][0-9a-f]{2}:)/i
/** Networks of containers and virtual machines: no viewer is there. */
const RE_INNER = /^(?:docker|br-|veth|cni|flannel|cali|podman|virbr|vmnet|vboxnet|bridge\d|kind|kube|vEthernet)/

/**
 * What `--remote` means: nothing is all private addresses of this machine, else `PORT`, `ADDRESS` or `ADDRESS:PORT`.
 * Throws StepError.
 */
export function resolveRemote(text: string, interfaces: Interfaces = networkInterfaces()): RemotePlace {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\])?([^:[\]]*)(?::(\d+))?$/.exec(/^\d+$/.test(text) ? `:${text}` : isIP(text) === 6 ? `[${text}]` : text) ?? [undefined, undefined, text]
  const address = bracketed ?? plain
  if (Number(port ?? 0) > 65535)
    throw new StepError('usage', `there is no port ${port}`, 'Name one up to 65535: --remote ADDRESS:PORT')
  const own = Object.values(interfaces).flatMap(infos => infos!.map(info => info.address))
  if (address && (!isIP(address) || !own.includes(address)))
    throw new StepError('usage', `${address} is not an address of this machine`, `Its addresses: ${own.filter(one => !one.startsWith('fe80:')).join(', ')}.`)
  const addresses = address ? [address] : privateAddresses(interfaces)
  if (!addresses.length)
    throw new StepError('usage', 'this machine has no private address at which viewers could reach it', 'Join the network of the audience first, or name an address: --remote ADDRESS')
  return { addresses, ...port !== undefined && { port: Number(port) } }
}

/** IPv4 first: it is what a viewer can type. */
function privateAddresses(interfaces: Interfaces): string[] {
  return Object.entries(interfaces)
    .flatMap(([name, infos]) => RE_INNER.test(name) ? [] : infos!)
    .filter(info => !info.internal && RE_PRIVATE.test(info.address))
    .sort((a, b) => Number(a.family === 'IPv6') - Number(b.family === 'IPv6'))
    .map(info => info.address)
}

/** What a viewer opens. */
export function urlOf(address: string, port: number): string {
  return `http://${address.includes(':') ? `[${address}]` : address}${port === 80 ? '' : `:${port}`}/`
}
