import type { DockerOptions } from 'dockerode'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { connect as netConnect } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { connect as tlsConnect } from 'node:tls'
import { StepError } from '../protocol/error.ts'

/** Where the engine is. */
export interface Endpoint {
  /** As `docker context ls` shows it: `unix:///var/run/docker.sock`. */
  url: string
  tls?: { ca?: Buffer, cert?: Buffer, key?: Buffer, skipVerify: boolean }
  /** Whether its paths are those of another machine. */
  elsewhere?: boolean
}

type Env = Record<string, string | undefined>

/**
 * Finds the engine as the docker CLI does: DOCKER_HOST, DOCKER_CONTEXT, the current context, then the usual sockets.
 */
export function resolveEndpoint(env: Env): Endpoint | undefined {
  const configDir = env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), '.docker')
  if (env.DOCKER_HOST) {
    return {
      url: env.DOCKER_HOST,
      elsewhere: isElsewhere(env.DOCKER_HOST),
      tls: env.DOCKER_TLS_VERIFY ? readTls(env.DOCKER_CERT_PATH ?? configDir, false) : undefined,
    }
  }
  const context = env.DOCKER_CONTEXT ?? currentContext(configDir)
  if (context && context !== 'default')
    return readContext(configDir, context)
  const socket = usualSockets(env).find(path => existsSync(path))
  return socket ? { url: `unix://${socket}` } : undefined
}

function currentContext(configDir: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(configDir, 'config.json'), 'utf8')) as { currentContext?: string }).currentContext
  }
  catch {
    return undefined
  }
}

function isElsewhere(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {}
  return protocol === 'ssh:' || (protocol === 'tcp:' && !/^(?:127\.[\d.]+|localhost|\[::1\])$/.test(hostname ?? ''))
}

/** A context lies under the SHA-256 of its name; source: docker/cli `cli/context/store`. */
function readContext(configDir: string, name: string): Endpoint | undefined {
  const id = createHash('sha256').update(name).digest('hex')
  try {
    const meta = JSON.parse(readFileSync(join(configDir, 'contexts', 'meta', id, 'meta.json'), 'utf8')) as { Endpoints: { docker: { Host: string, SkipTLSVerify?: boolean } } }
    const { Host, SkipTLSVerify = false } = meta.Endpoints.docker
    return { url: Host, elsewhere: isElsewhere(Host), tls: readTls(join(configDir, 'contexts', 'tls', id, 'docker'), SkipTLSVerify) }
  }
  catch {
    return undefined
  }
}

function readTls(dir: string, skipVerify: boolean): Endpoint['tls'] {
  const read = (file: string): Buffer | undefined =>
    existsSync(join(dir, file)) ? readFileSync(join(dir, file)) : undefined
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map(read)
  return ca || cert ? { ca, cert, key, skipVerify } : undefined
}

function usualSockets(env: Env): string[] {
  const home = env.HOME ?? homedir()
  return [
    '/var/run/docker.sock',
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'docker.sock')] : []),
    join(home, '.colima/default/docker.sock'),
    join(home, '.rd/docker.sock'),
    join(home, '.orbstack/run/docker.sock'),
    join(home, '.lima/docker/sock/docker.sock'),
  ]
}

/** The endpoint as dockerode takes it. */
export function toDockerOptions({ url, tls }: Endpoint): DockerOptions {
  const { protocol, hostname, port, pathname } = new URL(url)
  if (protocol === 'unix:' || protocol === 'npipe:')
    // Without explicit `host` and `protocol`, DOCKER_HOST in the environment would win over `socketPath`.
    return { socketPath: decodeURIComponent(pathname), host: undefined, protocol: 'http' }
  if (protocol === 'ssh:')
    throw new StepError('engine-unavailable', `an engine behind ssh is reached through a socket only: ${url}`)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (tls ? 2376 : 2375)), protocol: tls ? 'https' : 'http', ...tls && { ca: tls.ca, cert: tls.cert, key: tls.key } } as DockerOptions
}

/** The engine's socket on this machine; undefined where it has none. */
export function socketOf(endpoint: Endpoint): string | undefined {
  return toDockerOptions(endpoint).socketPath as string | undefined
}

/** A new connection to the engine; `halves` lets each direction end by itself. */
export function connectTo(endpoint: Endpoint, halves = false): Duplex {
  const { socketPath, host, port } = toDockerOptions(endpoint)
  if (socketPath)
    return netConnect({ path: socketPath, allowHalfOpen: halves })
  const { tls } = endpoint
  return tls
    ? tlsConnect({
        host,
        port: Number(port),
        ca: tls.ca,
        cert: tls.cert,
        key: tls.key,
        rejectUnauthorized: !tls.skipVerify,
        allowHalfOpen: halves,
      } as ConnectionOptions)
    : netConnect({ host, port: Number(port), allowHalfOpen: halves })
}
