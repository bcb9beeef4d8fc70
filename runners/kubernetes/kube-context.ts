import { lookup } from 'node:dns/promises'
import { existsSync, readFileSync } from 'node:fs'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { parse } from 'yaml'
import { contextOf, kubeconfigOf, readRecords } from './cluster/place.ts'

type Env = Record<string, string | undefined>

/** A context that steps may use. */
export interface AllowedContext {
  name: string
  /** The kubeconfig in which it stands. */
  file: string
  server: string
  /** Whether Kamishibai made the cluster: its certificates prove that it is this one. */
  own: boolean
}

/** Why no context may be used. */
export interface NoContext { reason: string, hint: string }

/** Clusters of one's own machine, by the names that their tools give. */
const ALLOWED = /^(?:kind-.+|k3d-.+|kamishibai-.+|minikube|docker-desktop|orbstack|rancher-desktop|colima)$/
const NAMES = 'kind-*, k3d-*, minikube, docker-desktop, orbstack, rancher-desktop, colima, and what kamishibai cluster create made'

/** Addresses of this machine and of networks that are not the internet. */
const PRIVATE = new BlockList()
for (const [network, prefix] of [['127.0.0.0', 8], ['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['169.254.0.0', 16]] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [['::1', 128], ['fc00::', 7], ['fe80::', 10]] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv6')

/**
 * The context for a session. Its name must be allowed *and* its server be near: a name proves nothing. Looks into
 * files only, no request is sent. First what the deck names, then a cluster that Kamishibai made, then the current
 * context, then the only one allowed.
 */
export async function findContext({
  env,
  contexts,
}: {
  env: Env
  contexts: readonly string[]
}): Promise<AllowedContext | NoContext> {
  const found = [...ownContexts(env), ...userContexts(env)]
  const byName = (name: string): Found | undefined => found.find(context => context.name === name)
  const named = contexts.find(name => byName(name))
  if (contexts.length && !named) {
    return {
      reason: `the context ${contexts.join(' or ')}, which the deck or the call names, is in no kubeconfig`,
      hint: `There ${found.length ? `are: ${found.map(({ name }) => name).join(', ')}` : 'is none'}.`,
    }
  }
  const allowed = found.filter(({ name }) => ALLOWED.test(name))
  const own = allowed.filter(context => context.own)
  const chosen = named
    ? byName(named)
    : own.length === 1
      ? own[0]
      : (allowed.find(context => context.current) ?? (allowed.length === 1 ? allowed[0] : undefined))
  if (chosen)
    return checkServer(chosen)
  if (allowed.length) {
    return {
      reason: `there are several clusters: ${allowed.map(({ name }) => name).join(', ')}`,
      hint: 'Name one in the headmatter: contexts: [NAME].',
    }
  }
  const current = found.find(context => context.current)
  return {
    reason: current ? `the context ${current.name} may be any cluster` : 'there is no cluster for demos',
    hint: `Make one: kamishibai cluster create. Allowed are ${NAMES}, and what the headmatter names: contexts: [NAME].`,
  }
}

/** Whether any kubeconfig of the user, or of a cluster that Kamishibai made, has a context of this name. */
export function hasContext(env: Env, name: string): boolean {
  return [...ownContexts(env), ...userContexts(env)].some(context => context.name === name)
}

interface Found extends AllowedContext { current: boolean }

function ownContexts(env: Env): Found[] {
  return readRecords(env).flatMap(({ name }) =>
    readContexts(kubeconfigOf(env, name))
      .filter(context => context.name === contextOf(name))
      .map(context => ({ ...context, own: true })),
  )
}

function userContexts(env: Env): Found[] {
  const files = (env.KUBECONFIG || join(env.HOME ?? homedir(), '.kube', 'config')).split(delimiter).filter(Boolean)
  return files.flatMap(readContexts)
}

interface Kubeconfig {
  'current-context'?: string
  'contexts'?: { name: string, context?: { cluster?: string } }[]
  'clusters'?: { name: string, cluster?: { server?: string } }[]
}

function readContexts(file: string): Found[] {
  if (!existsSync(file))
    return []
  let config: Kubeconfig
  try {
    config = (parse(readFileSync(file, 'utf8')) ?? {}) as Kubeconfig
  }
  catch {
    return []
  }
  return (config.contexts ?? []).flatMap(({ name, context }) => {
    const server = config.clusters?.find(cluster => cluster.name === context?.cluster)?.cluster?.server
    return server ? [{ name, file, server, current: config['current-context'] === name, own: false }] : []
  })
}

async function checkServer({ name, file, server, own }: Found): Promise<AllowedContext | NoContext> {
  const host = URL.canParse(server) ? new URL(server).hostname.replace(/^\[|\]$/g, '') : ''
  const addresses = !host
    ? []
    : isIP(host)
      ? [host]
      : await lookup(host, { all: true }).then(
          list => list.map(({ address }) => address),
          () => [],
        )
  if (addresses.length && addresses.every(isPrivate))
    return { name, file, server, own }
  return {
    reason: `the server of the context ${name} is ${server}, which is ${addresses.length ? 'a public address' : 'no address that is known here'}`,
    hint: 'Demos run on clusters of this machine or its own network only. Make one: kamishibai cluster create',
  }
}

function isPrivate(address: string): boolean {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  return PRIVATE.check(mapped ?? address, isIPv6(mapped ?? address) ? 'ipv6' : 'ipv4')
}
