import type { DockerOptions } from 'dockerode'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { StepError } from '../protocol/error.ts'

/** Where the engine is. */
export interface Endpoint {
  /** As `docker context ls` shows it: `unix:///var/run/docker.sock`. */
  url: string
  tls?: { ca?: Buffer, cert?: Buffer, key?: Buffer, skipVerify: boolean }
}

type Env = Record<string, string | undefined>

/** Finds the engine as the docker CLI does: DOCKER_HOST, DOCKER_CONTEXT, the current context, then the usual sockets. */
export function resolveEndpoint(env: Env): Endpoint | undefined {
  const configDir = env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), '.docker')
  if (env.DOCKER_HOST)
    return { url: env.DOCKER_HOST, tls: env.DOCKER_TLS_VERIFY ? readTls(env.DOCKER_CERT_PATH ?? configDir, false) : undefined }
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

/** A context lies under the SHA-256 of its name; source: docker/cli `cli/context/store`. */
function readContext(configDir: string, name: string): Endpoint | undefined {
  const id = createHash('sha256').update(name).digest('hex')
  try {
    const meta = JSON.parse(readFileSync(join(configDir, 'contexts', 'meta', id, 'meta.json'), 'utf8')) as { Endpoints: { docker: { Host: string, SkipTLSVerify?: boolean } } }
    const { Host, SkipTLSVerify = false } = meta.Endpoints.docker
    return { url: Host, tls: readTls(join(configDir, 'contexts', 'tls', id, 'docker'), SkipTLSVerify) }
  }
  catch {
    return undefined
  }
}

function readTls(dir: string, skipVerify: boolean): Endpoint['tls'] {
  const read = (file: string): Buffer | undefined => existsSync(join(dir, file)) ? readFileSync(join(dir, file)) : undefined
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
    // Without an explicit `host`, DOCKER_HOST in the environment would win over `socketPath`.
    return { socketPath: decodeURIComponent(pathname), host: undefined }
  if (protocol === 'ssh:')
    throw new StepError('engine-unavailable', `an engine behind ssh is not available yet: ${url}`, 'Forward its socket: ssh -L ./docker.sock:/var/run/docker.sock HOST, and DOCKER_HOST=unix://…')
  return { host: hostname, port: Number(port || (tls ? 2376 : 2375)), protocol: tls ? 'https' : 'http', ...tls && { ca: tls.ca, cert: tls.cert, key: tls.key } } as DockerOptions
}

/** How `http.request` reaches the endpoint. */
export function toRequestOptions(endpoint: Endpoint): { socketPath?: string, host?: string, port?: number, tls?: NonNullable<Endpoint['tls']> } {
  const options = toDockerOptions(endpoint)
  return options.socketPath
    ? { socketPath: options.socketPath }
    : { host: options.host, port: Number(options.port), tls: endpoint.tls }
}
