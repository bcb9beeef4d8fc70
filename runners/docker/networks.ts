import type Docker from 'dockerode'
import { StepError } from '../protocol/error.ts'
import { LABELS } from '../protocol/runner.ts'
import { faultOfSubnet, takenSubnets } from './subnets.ts'

/** Networks of every engine, which know no aliases. */
const BUILT_IN = new Set(['bridge', 'default', 'none'])

/** Whether a container has a name in `network`. */
export function hasAliases(network: string): boolean {
  return !BUILT_IN.has(network)
}

/**
 * Makes the network `name` unless the session has it. It belongs to the session, not to the step that comes first:
 * the others' containers are on it when that step is run again. Engines give an address of its own only in a network
 * whose range was chosen: it is made with the 256 addresses around `address`.
 */
export async function ensureNetwork(
  docker: Docker,
  name: string,
  labels: Record<string, string>,
  address?: string,
  taken = takenSubnets,
): Promise<void> {
  if (BUILT_IN.has(name)) {
    if (address) {
      throw new StepError(
        'bad-container',
        `the network ${name} gives no addresses of one's own`,
        'Name another network; it is made when it is needed.',
      )
    }
    return
  }
  if (name === 'host' || name.includes(':')) {
    throw new StepError(
      'not-own',
      `the network ${name} would give the container a namespace that is not the session's own`,
      'Name a network; it is made when it is needed.',
    )
  }
  if (await isOwn(docker, name, labels))
    return
  const subnet = address?.replace(/\d+$/, '0/24')
  const fault = subnet && faultOfSubnet(subnet, undefined, taken())
  if (fault)
    throw new StepError('bad-container', `the network ${name} cannot be made: ${fault}`, 'Choose another address, in a network that this machine does not use.')
  const { [LABELS.step]: _, ...ofSession } = labels
  try {
    await docker.createNetwork({
      Name: name,
      CheckDuplicate: true,
      Labels: ofSession,
      ...(subnet && { IPAM: { Config: [{ Subnet: subnet }] } }),
    })
  }
  catch (error) {
    // Another step of the session may have been faster.
    if ((error as { statusCode?: number }).statusCode !== 409 || !(await isOwn(docker, name, labels)))
      throw error
  }
}

async function isOwn(docker: Docker, name: string, labels: Record<string, string>): Promise<boolean> {
  const networks = await docker.listNetworks({ filters: JSON.stringify({ name: [name] }) as never })
  const network = networks.find(({ Name }) => Name === name)
  if (network && network.Labels?.[LABELS.session] !== labels[LABELS.session])
    throw new StepError('not-own', `the network ${name} is not the session's own`, 'Give the network of the step another name.')
  return network !== undefined
}
