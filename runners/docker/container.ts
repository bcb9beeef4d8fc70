import type Docker from 'dockerode'
import type { Settings } from '../protocol/headmatter.ts'
import type { ContainerSpec, Step } from '../protocol/step.ts'
import { StepError } from '../protocol/error.ts'
import { parseSize } from '../protocol/headmatter.ts'

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** The create call of a step's container: labelled, limited, and published on loopback only. */
export function createOptions(step: Step, spec: ContainerSpec, labels: Record<string, string>, limits: Settings['limits'], name: string): Docker.ContainerCreateOptions {
  const bindings: Record<string, { HostIp: string, HostPort: string }[]> = {}
  for (const { hostIp, hostPort, containerPort, protocol } of spec.ports) {
    if (hostIp && !LOOPBACK.has(hostIp))
      throw new StepError('not-allowed', `the port ${containerPort} may not be published on ${hostIp}`, 'Leave the address out: it is then published on 127.0.0.1.')
    const key = `${containerPort}/${protocol}`
    bindings[key] = [...bindings[key] ?? [], { HostIp: hostIp || '127.0.0.1', HostPort: hostPort }]
  }
  if (spec.volumes.length || spec.healthcheck)
    throw new StepError('not-available', 'volumes and healthcheck of a {container} are not available yet')
  return {
    name,
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
      Init: true,
      PortBindings: bindings,
      NetworkMode: spec.networks[0],
      Memory: spec.memory ?? parseSize(limits.memory),
      NanoCpus: Math.round((spec.cpus ?? limits.cpus) * 1e9),
      PidsLimit: spec.pids ?? limits.pids,
      // The log of the run is ours; a second copy in the engine costs two thirds of the speed.
      LogConfig: { Type: 'none', Config: {} },
      ConsoleSize: [step.rows, step.cols],
    } as Docker.HostConfig,
    ...spec.networks.length && { NetworkingConfig: { EndpointsConfig: { [spec.networks[0]!]: { Aliases: [step.id] } } } },
  }
}

/** The engine's refusal of a create or start call as a person reads it. */
export function explain(error: unknown, image: string): StepError {
  const { statusCode, json, message } = error as { statusCode?: number, json?: { message?: string }, message: string }
  const text = json?.message ?? message
  if (statusCode === 404 && /no such image/i.test(text))
    return new StepError('image-missing', `the image ${image} is not on this engine`, image.startsWith('kamishibai/') ? 'Build it: npm run demo:image' : `Get it: docker pull ${image}`, { cause: error })
  if (/port is already allocated|address already in use/.test(text))
    return new StepError('port-taken', text.replace(/^.*?(Bind for \S+ failed.*|listen \S.*)$/s, '$1'), 'Stop what uses the port, or publish another one.', { cause: error })
  if (statusCode === undefined)
    return new StepError('engine-lost', `the Docker engine does not answer: ${text}`, 'Is it running? Try: docker version', { cause: error })
  return new StepError('failed', text, '', { cause: error })
}
