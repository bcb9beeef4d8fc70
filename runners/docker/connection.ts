import type Docker from 'dockerode'
import type { Probe, RunnerConfig } from '../protocol/runner.ts'
import type { Endpoint } from './endpoint.ts'
import type { Reached } from './reach.ts'
import { aborted } from '../protocol/abort.ts'
import { StepError } from '../protocol/error.ts'
import { resolveEndpoint, toDockerOptions } from './endpoint.ts'
import { reachEndpoint } from './reach.ts'

/** The way to the engine of a session; it is taken when it is first asked for. */
export interface Connection {
  /** Where the engine is; undefined where none is found. */
  endpoint: Endpoint | undefined
  /** The engine's API. Throws StepError where no engine is found. */
  connect: () => Promise<Docker>
  /** Where connections can be made to: an engine behind ssh gets a socket. */
  reach: () => Promise<Endpoint>
  /** Tells whether the engine answers, and its version. */
  probe: (signal: AbortSignal) => Promise<Probe>
  close: () => Promise<void>
}

/** What a connection needs to know of its session. */
export type ConnectionConfig = Pick<RunnerConfig, 'privateDir' | 'env'>

/** Finds the engine at once, and connects later; `connect` opens the API at an endpoint. */
export function createConnection(config: ConnectionConfig, connect = connectDocker): Connection {
  const endpoint = resolveEndpoint(config.env)
  let reaching: Promise<Reached> | undefined
  let connecting: Promise<Docker> | undefined
  let version: string | undefined

  async function reach(): Promise<Endpoint> {
    if (!endpoint)
      throw new StepError('engine-unavailable', 'no Docker engine is found on this machine', 'Start one, or set DOCKER_HOST.')
    return (await (reaching ??= reachEndpoint(endpoint, config))).endpoint
  }

  /** The version is found out once: for it an engine starts programs, for a ping it does nothing. */
  async function ask(docker: Docker): Promise<string> {
    if (version === undefined)
      version = (await docker.version()).Version
    else
      await docker.ping()
    return version
  }

  const connection: Connection = {
    endpoint,
    reach,
    connect: () => connecting ??= reach().then(connect),

    async probe(signal) {
      const late = aborted(signal).then((): never => {
        throw new Error('it takes too long')
      })
      late.catch(() => {})
      try {
        return { available: true, version: await Promise.race([connection.connect().then(ask), late]) }
      }
      catch (error) {
        return { available: false, ...whyNot(error, endpoint?.url) }
      }
    },

    async close() {
      (await reaching)?.close()
    },
  }
  return connection
}

function whyNot(error: unknown, url: string | undefined): { reason: string, hint: string } {
  const { code, message, hint } = error as { code?: string, message: string, hint?: string }
  if (hint !== undefined)
    return { reason: message, hint }
  if (code === 'EACCES')
    return { reason: `you may not use the Docker engine at ${url}`, hint: 'Add yourself to its group: sudo usermod -aG docker $USER, then log in again.' }
  return { reason: `no Docker engine answers at ${url}: ${message}`, hint: 'Start Docker, or play the recording.' }
}

async function connectDocker(endpoint: Endpoint): Promise<Docker> {
  const options = toDockerOptions(endpoint)
  const { default: DockerClient } = await import('dockerode')
  return new DockerClient(options)
}
