import type { ClusterMaker, Making, Tier } from './maker.ts'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { StepError } from '../../protocol/error.ts'
import { binaries } from './binaries.ts'
import { command, isInstalled } from './command.ts'
import { saveImages } from './images.ts'
import { contextOf, idOf, readRecord } from './place.ts'
import { releaseSubnet } from './subnet.ts'

const HERE = import.meta.dirname
const STAGES = ['images', 'network', 'certificates', 'control plane', 'nodes', 'ready']
/** Programs beside Go and Kubernetes' own, with the Debian package of each. */
const PROGRAMS: Record<Tier, Record<string, string>> = {
  api: { ip: 'iproute2' },
  nodes: { containerd: 'containerd', runc: 'runc', nft: 'nftables', iptables: 'iptables', ip: 'iproute2', conntrack: 'conntrack', docker: 'docker.io' },
}
const PLUGINS = '/usr/lib/cni/bridge'

/**
 * Two real nodes in network namespaces of this machine, built from Go modules, whose network enforces policies; what is
 * made lies below the cluster's folder.
 */
export const twoNode: ClusterMaker = {
  missing(env, tier = 'nodes') {
    if (process.platform !== 'linux' || process.getuid?.() !== 0)
      return 'the two-node cluster needs root on Linux'
    const packages = Object.entries(PROGRAMS[tier]).flatMap(([program, name]) =>
      isInstalled(program, env) ? [] : [name],
    )
    if (tier === 'nodes' && !existsSync(PLUGINS))
      packages.push('containernetworking-plugins')
    return packages.length ? `the two-node cluster needs ${packages.join(', ')} (on Debian: apt-get install ${packages.join(' ')})` : undefined
  },

  async create(making) {
    const { dir, env, images, tier, progress, signal } = making
    const bin = await binaries(env, 'kubernetes', progress, signal)
    const policies = tier === 'nodes' ? await binaries(env, 'policies', progress, signal) : undefined
    // What a crash has left would be in the way.
    await down(making)
    if (tier === 'nodes') {
      progress('images', 0, STAGES.length)
      await saveImages(images, join(dir, 'images'), { ...env, ...making.dockerHost && { DOCKER_HOST: making.dockerHost } })
    }
    try {
      await up(making, { BIN: bin, POLICIES: policies, TIER: tier })
    }
    catch (error) {
      await down(making).catch(() => {})
      throw error
    }
  },

  async remove(making) {
    await down(making)
    releaseSubnet(making.dir, subnetOf(making))
  },

  async link({ name, dir, env }, node, isUp) {
    if (!/^n[12]$/.test(node))
      throw new StepError('not-found', `the cluster ${name} has no node ${node}`, 'Its nodes are n1 and n2; n1 carries the control plane.')
    await command('ip', ['-n', `kb-${idOf(dir)}-sw`, 'link', 'set', `p-${node}`, isUp ? 'up' : 'down'], { env })
  },
}

async function up(
  { name, dir, env, progress, signal }: Making,
  settings: { BIN: string, POLICIES?: string, TIER: Tier },
): Promise<void> {
  await command(join(HERE, 'up.sh'), [], {
    env: { ...environment(name, dir, env), ...settings, CONTEXT: contextOf(name) },
    signal,
    onLine: line => progress(line, Math.max(0, STAGES.indexOf(line)), STAGES.length),
  })
}

async function down({ name, dir, env }: Pick<Making, 'name' | 'dir' | 'env'>): Promise<void> {
  await command(join(HERE, 'down.sh'), [], { env: environment(name, dir, env) })
}

/** What the scripts are told; see env.sh. */
function environment(name: string, dir: string, env: Making['env']): Making['env'] {
  return { ...env, DIR: dir, ID: idOf(dir), SUBNET: String(subnetOf({ name, env })) }
}

function subnetOf({ name, env }: Pick<Making, 'name' | 'env'>): number {
  return readRecord(env, name)?.subnet ?? 0
}
