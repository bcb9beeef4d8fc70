import type { Scope } from '../scope.ts'
import type { Builds } from './builds.ts'
import { forbidden, malformed } from '../refusal.ts'

/** Judges one attribute of the Dockerfile's frontend; returns nothing, or throws. */
type Judge = (value: string, scope: Scope, builds: Builds, name: string) => void | Promise<void>

const free: Judge = () => {}

function refused(what: string): Judge {
  return (value, { step }, _builds, name) => {
    if (value)
      throw forbidden(`${what} (${name})`, `unguarded:${step}`)
  }
}

/** A context: files of the client, or an image, which the source policy judges. */
const context: Judge = (value, { step }, _builds, name) => {
  if (value && !/^(?:local:|docker-image:\/\/)/.test(value))
    throw forbidden(`a context that the engine fetches (${name}): fetch it first, and build the folder`, `unguarded:${step}`)
}

const session: Judge = async (value, _scope, { sessions }) => {
  if (!await sessions.comes(value))
    throw malformed(`no such session: ${value}`)
}

const network: Judge = (value, { grants, step }) => {
  if (value === 'host' && !grants.has('host-network', step))
    throw forbidden('the host\'s network (force-network-mode)', `host-network:${step}`)
  if (!['', 'default', 'sandbox', 'none', 'host'].includes(value))
    throw forbidden(`the network ${JSON.stringify(value)} of a build`)
}

const limited: Judge = (value, { step }, _builds, name) => {
  if (!/^\d+$/.test(value))
    throw forbidden(`a build without limit (${name}: ${value})`, `unguarded:${step}`)
}

/** What the cache of a build is read from, as the frontend writes it. */
const cacheImports: Judge = (value, scope) => {
  let entries: unknown
  try {
    entries = JSON.parse(value || '[]')
  }
  catch {
    throw malformed('cache-imports is no JSON')
  }
  if (!Array.isArray(entries))
    throw malformed('cache-imports is not a list')
  judgeCache((entries as { Type?: string }[]).map(({ Type }) => ({ type: Type })), scope)
}

/** Attributes by name, or by what stands before their colon; source: BuildKit 0.34 `frontend/dockerui/config.go`. */
const ATTRIBUTES: Record<string, Judge> = {
  'target': free,
  'filename': free,
  'platform': free,
  'multi-platform': free,
  'no-cache': free,
  'image-resolve-mode': (value, { step }) => {
    if (value === 'pull')
      throw forbidden('to renew base images by a build: their tags are not the session\'s own', `unguarded:${step}`)
  },
  'hostname': free,
  'shm-size': limited,
  'ulimit': free,
  'memory': limited,
  'memswap': limited,
  'cpushares': limited,
  'cpuperiod': limited,
  'cpuquota': limited,
  'cpusetcpus': free,
  'cpusetmems': free,
  'contextsubdir': free,
  'contextkey': free,
  'dockerfilekey': free,
  'requestid': free,
  'frontend.caps': free,
  'add-hosts': free,
  'build-arg:': free,
  'label:': free,
  'vcs:': free,
  'attest:': free,
  'context': context,
  'context:': context,
  'local-sessionid:': session,
  // By which the engine knows a folder again, to send only what changed.
  'sharedkey:': free,
  'force-network-mode': network,
  'cgroup-parent': refused('another parent of the control group'),
  'cache-imports': cacheImports,
  'cache-from': refused('a cache of builds in a registry'),
  'device': refused('devices'),
}

/** Arguments that BuildKit itself takes for more than a variable. */
const ARGUMENTS: Record<string, Judge> = {
  BUILDKIT_SYNTAX: refused('another frontend'),
}

function own(judges: Record<string, Judge>, name: string): Judge | undefined {
  return Object.hasOwn(judges, name) ? judges[name] : undefined
}

/** Judges the frontend of a build and its attributes; returns those that are sent on. */
export async function judgeFrontend(
  frontend: string,
  attributes: Record<string, string> = {},
  scope: Scope,
  builds: Builds,
): Promise<Record<string, string>> {
  if (frontend !== 'dockerfile.v0')
    throw forbidden(`the frontend ${JSON.stringify(frontend)} of BuildKit`, `unguarded:${scope.step}`)
  for (const [name, value] of Object.entries(attributes)) {
    const family = name.slice(0, name.indexOf(':') + 1)
    const judge = own(ATTRIBUTES, family || name)
    if (!judge)
      throw forbidden(`the attribute ${JSON.stringify(name)} of a build, which it does not know`, `unguarded:${scope.step}`)
    await judge(value, scope, builds, name)
    if (family === 'build-arg:')
      await own(ARGUMENTS, name.slice(family.length))?.(value, scope, builds, name)
  }
  const { memory, cpus } = scope.limits
  return {
    ...attributes,
    ...!Number(attributes.memory) && { memory: String(memory) },
    // A period alone limits nothing.
    ...!Number(attributes.cpuquota) && { cpuperiod: '100000', cpuquota: String(Math.round(cpus * 100_000)) },
  }
}

/** Where a cache of builds may be: in the image, or in a folder of the client's, which it reads and writes itself. */
export function judgeCache(entries: { type?: unknown }[], { step }: Scope): void {
  for (const { type } of entries) {
    if (type !== 'inline' && type !== 'local')
      throw forbidden(`a cache of builds in ${JSON.stringify(type ?? '')}`, `unguarded:${step}`)
  }
}
