import type Docker from 'dockerode'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** What this process knows of the machine it runs on. */
export interface Machine {
  /** `uname -r`. */
  kernel: string
  /** Whether an address is one of its interfaces', see {@link isLocalAddress}. */
  has: (address: string) => Promise<boolean>
}

/**
 * Whether an interface of this machine has the address: only then a socket can be bound to it. Node's own list of
 * interfaces leaves
 * out those without a carrier, as Docker's bridge is until its first container starts.
 */
export async function isLocalAddress(address: string): Promise<boolean> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  try {
    socket.bind({ address })
    await once(socket, 'listening')
    return true
  }
  catch {
    return false
  }
  finally {
    socket.close()
  }
}

/**
 * Whether containers of the engine share this machine's kernel and network, so that a step may show them as one host.
 * On Docker
 * Desktop, colima, a remote or a rootless engine they do not: another kernel, or bridges that cannot be seen from here.
 */
export async function sharesHost(docker: Docker, machine: Machine): Promise<true | string> {
  const [info, bridge] = await Promise.all([
    docker.info() as Promise<{ KernelVersion?: string, OperatingSystem?: string }>,
    // An engine may run without its default network.
    docker.getNetwork('bridge').inspect().catch(() => undefined) as Promise<{ IPAM?: { Config?: { Gateway?: string }[] } } | undefined>,
  ])
  if (info.KernelVersion !== machine.kernel)
    return `the engine runs in a virtual machine or on another one (${info.OperatingSystem}, kernel ${info.KernelVersion}; here ${machine.kernel})`
  const gateways = bridge?.IPAM?.Config?.flatMap(({ Gateway }) => Gateway ?? []) ?? []
  if (gateways.length && !(await Promise.all(gateways.map(machine.has))).includes(true))
    return 'the engine runs in a network of its own: its bridges cannot be seen from here'
  return true
}
