import type Docker from 'dockerode'
import type { ContainerSpec } from '../protocol/container-spec.ts'
import type { RunnerConfig } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isStepError, StepError } from '../protocol/error.ts'
import { parseSize } from '../protocol/headmatter.ts'
import { toMounts } from './mounts.ts'
import { hasAliases } from './networks.ts'

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/**
 * Names that a step's container may have, each where somebody has those before it: its step's own, and those of this
 * session.
 */
export function containerNames(stepId: string, { sessionId }: Pick<RunnerConfig, 'sessionId'>): string[] {
  const ofSession = [`${stepId}-${sessionId.slice(0, 4)}`, `${stepId}-${sessionId}`]
  // An engine takes no name of one letter.
  return stepId.length > 1 ? [stepId, ...ofSession] : ofSession
}

/** The create call of a step's container, all but its name: labelled, limited, and published on loopback only. */
export function createOptions(
  step: Step,
  spec: ContainerSpec,
  labels: Record<string, string>,
  config: RunnerConfig,
): Docker.ContainerCreateOptions {
  const {
    settings: { limits },
    deckDir,
    sessionId,
  } = config
  const bindings: Record<string, { HostIp: string, HostPort: string }[]> = {}
  for (const { hostIp, hostPort, containerPort, protocol } of spec.ports) {
    if (hostIp && !LOOPBACK.has(hostIp)) {
      throw new StepError(
        'not-granted',
        `the port ${containerPort} may not be published on ${hostIp}`,
        'Leave the address out: it is then published on 127.0.0.1.',
      )
    }
    const key = `${containerPort}/${protocol}`
    bindings[key] = [...(bindings[key] ?? []), { HostIp: hostIp || '127.0.0.1', HostPort: hostPort }]
  }
  const short = sessionId.slice(0, 4)
  const [network] = spec.networks
  return {
    Image: spec.image,
    Cmd: spec.command,
    Entrypoint: spec.entrypoint,
    Env: Object.entries(spec.environment).map(([key, value]) => `${key}=${value}`),
    Hostname: spec.hostname ?? step.id,
    Labels: labels,
    // A terminal as wide as the slide's: its output comes as terminal bytes, unframed.
    Tty: true,
    AttachStdout: true,
    AttachStderr: true,
    ExposedPorts: Object.fromEntries(Object.keys(bindings).map(key => [key, {}])),
    HostConfig: {
      // A program that is process 1 hears no signal that it has no handler for.
      Init: true,
      PortBindings: bindings,
      NetworkMode: network,
      Mounts: toMounts(spec.volumes, { deckDir, prefix: `${short}-`, labels }),
      Memory: spec.memory ?? parseSize(limits.memory),
      NanoCpus: Math.round((spec.cpus ?? limits.cpus) * 1e9),
      PidsLimit: spec.pids ?? limits.pids,
      // The log of the run is ours; a second copy in the engine costs two thirds of the speed.
      LogConfig: { Type: 'none', Config: {} },
      ConsoleSize: [step.rows, step.cols],
    } as Docker.HostConfig,
    ...(spec.healthcheck && { Healthcheck: toHealthcheck(spec.healthcheck) }),
    // An engine before 25 takes one network here; the others are joined before the start.
    ...(network
      && hasAliases(network) && { NetworkingConfig: { EndpointsConfig: { [network]: endpointOf(step, spec, network) } } }),
  }
}

/** How the container is on a network: its names there besides its own, and its address where the fence says one. */
export function endpointOf(step: Step, { endpoints }: ContainerSpec, network: string): Docker.EndpointSettings {
  const { aliases = [], ipv4 } = endpoints?.[network] ?? {}
  return {
    Aliases: hasAliases(network) ? [step.id, ...aliases] : [],
    ...ipv4 && { IPAMConfig: { IPv4Address: ipv4 } },
  } as Docker.EndpointSettings
}

function toHealthcheck({ test, intervalMs = 1000, timeoutMs = 5000, retries = 30, startPeriodMs }: NonNullable<ContainerSpec['healthcheck']>): Docker.HealthConfig {
  const [kind] = test
  return {
    Test: kind === 'CMD' || kind === 'CMD-SHELL' || kind === 'NONE' ? test : ['CMD', ...test],
    Interval: intervalMs * 1e6,
    Timeout: timeoutMs * 1e6,
    Retries: retries,
    ...startPeriodMs !== undefined && { StartPeriod: startPeriodMs * 1e6 },
  }
}

/** What an engine says whose disk is full, whichever call it was. */
export const RE_DISK_FULL = /no space left on device/i

export function diskFull(cause?: unknown): StepError {
  return new StepError('disk-full', 'the disk of the Docker engine is full', 'Make room: docker system df shows what takes it, docker system prune removes what is not used.', { cause })
}

/** What the demos of this repository run in, and no registry has. */
const RE_DEMO_IMAGE = /^kamishibai\/(?:demo|base|registry):1$/
/** It builds them; an installed copy has neither. */
const DEMO_SCRIPT = join(import.meta.dirname, '../../slides/demo/build-image.ts')

function missing(image: string, cause: unknown): StepError {
  const [verb, command] = RE_DEMO_IMAGE.test(image) && existsSync(DEMO_SCRIPT) ? ['Build', 'npm run demo:image'] : ['Get', `docker pull ${image}`]
  return new StepError('image-missing', `the image ${image} is not on this engine`, `${verb} it: ${command}`, { cause, params: { image, command } })
}

/** The port in the engine's words: `Bind for 127.0.0.1:8080 failed`, `listen tcp4 0.0.0.0:8080: bind: …`. */
function portIn(text: string): { port: string } | undefined {
  const [, port] = /(?:Bind for|listen tcp\w*) \S*?:(\d+)(?=:?\s)/.exec(text) ?? []
  return port ? { port } : undefined
}

/** The engine's refusal of a create or start call as a person reads it. */
export function explain(error: unknown, image: string): StepError {
  if (isStepError(error))
    return error
  const { statusCode, json, message } = error as { statusCode?: number, json?: { message?: string }, message: string }
  const text = json?.message ?? message
  if (statusCode === 404 && /no such image/i.test(text))
    return missing(image, error)
  if (/port is already allocated|address already in use/.test(text))
    return new StepError('port-taken', text.replace(/^.*?(Bind for \S+ failed.*|listen \S.*)$/s, '$1'), 'Stop what uses the port, or publish another one.', { cause: error, params: portIn(text) })
  if (RE_DISK_FULL.test(text))
    return diskFull(error)
  if (statusCode === undefined)
    return new StepError('engine-lost', `the Docker engine does not answer: ${text}`, 'Is it running? Try: docker version', { cause: error })
  return new StepError('engine-refused', text, '', { cause: error })
}
