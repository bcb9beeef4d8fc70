import type { Scope } from './scope.ts'
import type { Rule } from './shape.ts'
import { isIP } from 'node:net'
import { faultOfSubnet } from '../subnets.ts'
import { BUILT_IN_NETWORKS } from './objects.ts'
import { forbidden, malformed, Refusal } from './refusal.ts'
import { asObject, flag, integer, list, map, never, oneOf, shape, text } from './shape.ts'

/** The host's own network needs a grant; every other name is one of the session's. */
export async function networkRef(ref: string, path: string, scope: Scope): Promise<string> {
  if (ref === 'host') {
    if (!scope.grants.has('host-network', scope.step))
      throw forbidden(`the host's network (${path})`, `host-network:${scope.step}`)
    return ref
  }
  return ref === 'default' || BUILT_IN_NETWORKS.has(ref) ? ref : scope.objects.network(ref)
}

/** The network of a container: one of the session, that of another container of the session, or none. */
export const networkMode: Rule<Scope> = async (value, path, scope) => {
  const mode = text(value, path)
  if (!mode)
    return undefined
  return await containerMode(mode, scope) ?? networkRef(mode, path, scope)
}

/** `container:NAME` with the id of a container of the session; undefined for any other mode. */
export async function containerMode(mode: string, { objects }: Scope): Promise<string | undefined> {
  const [, ref] = /^container:(.*)$/s.exec(mode) ?? []
  return ref === undefined ? undefined : `container:${await objects.container(ref)}`
}

/** `NAME:ALIAS`, or NAME that is its own alias. */
export const link: Rule<Scope> = async (value, path, { objects }) => {
  const [ref, alias = ref, ...more] = (text(value, path) ?? '').replace(/^\//, '').split(':')
  if (!ref || more.length)
    throw malformed(`invalid link: ${JSON.stringify(value)}`)
  return `${await objects.container(ref)}:${alias}`
}

/** What a container is in a network; what engines fill in themselves is left out. */
export const endpoint = shape<Scope>({
  IPAMConfig: shape<Scope>({ IPv4Address: text, IPv6Address: text, LinkLocalIPs: list(text) }),
  Links: list(link),
  Aliases: list(text),
  MacAddress: text,
  DriverOpts: never('options of the network\'s driver'),
  GwPriority: integer,
  NetworkID: () => undefined,
  EndpointID: () => undefined,
  Gateway: () => undefined,
  IPAddress: () => undefined,
  IPPrefixLen: () => undefined,
  IPv6Gateway: () => undefined,
  GlobalIPv6Address: () => undefined,
  GlobalIPv6PrefixLen: () => undefined,
  DNSNames: () => undefined,
})

/** The networks of a new container, by the ids that their names resolve to. */
export const networkingConfig = shape<Scope>({
  EndpointsConfig: async (value, path, scope) => {
    if (value === null || value === undefined)
      return undefined
    const entries: [string, unknown][] = []
    for (const [ref, config] of Object.entries(asObject(value, path)))
      entries.push([await networkRef(ref, `${path}.${ref}`, scope), await endpoint(config, `${path}.${ref}`, scope) ?? {}])
    return Object.fromEntries(entries)
  },
})

/**
 * Where a port is published: on this machine's loopback unless a gateway of the session, or a grant, says otherwise.
 */
const hostIp: Rule<Scope> = async (value, path, { objects, grants, step }) => {
  const address = text(value, path)
  if (!address)
    return '127.0.0.1'
  if (!isIP(address))
    throw malformed(`${JSON.stringify(address)} is no address (${path})`)
  if (address === '::1' || /^127\./.test(address) || grants.address(address, step))
    return address
  // Where a network has no address yet, its gateway may read as that of every interface.
  if (/[1-9a-f]/i.test(address) && (await objects.networks()).some(({ gateways }) => gateways.includes(address)))
    return address
  throw forbidden(`a port published on ${address} (${path})`, `port:${address}:${step}`)
}

const binding = shape<Scope>({ HostIp: hostIp, HostPort: text })

/** The published ports; an address stands in each. */
export const portBindings: Rule<Scope> = map(list<Scope>(async (value, path, scope) =>
  binding({ HostIp: '', ...asObject(value ?? {}, path) }, path, scope)))

/** Options of a bridge that stay inside it; the others name bridges of the host, or open the network to others. */
const BRIDGE_OPTIONS = ['com.docker.network.bridge.enable_icc', 'com.docker.network.bridge.enable_ip_masquerade', 'com.docker.network.driver.mtu', 'com.docker.network.enable_ipv4', 'com.docker.network.enable_ipv6']

const addressFields = shape<Scope>({ Subnet: text, IPRange: text, Gateway: text, AuxiliaryAddresses: map(text) })

/** Addresses of a network: none that this machine reaches elsewhere, and the gateway is one of them. */
const addresses: Rule<Scope> = async (value, path, scope) => {
  const checked = await addressFields(value, path, scope) as { Subnet?: string, Gateway?: string } | undefined
  if (!checked?.Subnet && checked?.Gateway)
    throw malformed(`a gateway without a subnet (${path})`)
  const fault = checked?.Subnet ? faultOfSubnet(checked.Subnet, checked.Gateway, scope.takenSubnets()) : undefined
  if (fault)
    throw forbidden(`${fault} (${path})`, `unguarded:${scope.step}`)
  return checked
}

const networkFields = shape<Scope>({
  Name: text,
  CheckDuplicate: () => true,
  Driver: oneOf('the network driver', 'bridge', 'default'),
  Scope: oneOf('the scope', 'local'),
  EnableIPv4: flag,
  EnableIPv6: flag,
  IPAM: shape<Scope>({
    Driver: oneOf('the address driver', 'default'),
    Options: never('options of the address driver'),
    Config: list(addresses),
  }),
  Internal: flag,
  Attachable: flag,
  Ingress: never('a network of a swarm'),
  ConfigOnly: never('a network that is only a configuration'),
  ConfigFrom: (value, path, scope) => shape<Scope>({ Network: never('the configuration of another network') })(value, path, scope),
  Options: async (value, path, scope) => {
    const strange = Object.keys(asObject(value ?? {}, path)).find(name => !BRIDGE_OPTIONS.includes(name))
    if (strange)
      throw forbidden(`the network option ${strange} (${path})`, `unguarded:${scope.step}`)
    return map(text)(value, path, scope)
  },
  Labels: map(text),
})

/** The body of a network's creation; a second network of the same name would make the name mean nothing. */
export async function networkBody(body: unknown, scope: Scope): Promise<Record<string, unknown>> {
  const checked = (await networkFields(body, '', scope) ?? {}) as { Name?: string, Labels?: Record<string, string> }
  if (checked.Name && (BUILT_IN_NETWORKS.has(checked.Name) || checked.Name === 'default'))
    throw new Refusal(403, `operation is not permitted on predefined ${checked.Name} network`)
  return { ...checked, CheckDuplicate: true, Labels: { ...checked.Labels, ...scope.stepLabels } }
}
