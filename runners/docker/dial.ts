import type Docker from 'dockerode'
import { StepError } from '../protocol/error.ts'
import { publishedPorts } from './projection.ts'

/** The base URL to reach a port of a container from here, by default its first; says in words why there is no way. */
export function baseUrlOf({ State, NetworkSettings }: Docker.ContainerInspectInfo, name: string, wanted?: string): string {
  if (!State.Running)
    throw new StepError('not-running', `the container ${name} does not run`, 'Run its step again, then this one.')
  const port = publishedPorts(NetworkSettings.Ports).find(p => wanted ? p.port.split('/')[0] === wanted : p.port.endsWith('/tcp'))
  if (!port)
    throw new StepError('unreachable', wanted ? `${name} does not publish its port ${wanted}` : `${name} publishes no port`, `Publish it on its fence: ports: ["${wanted ?? 8080}"].`)
  const host = port.hostIp === '0.0.0.0' || !port.hostIp ? '127.0.0.1' : port.hostIp
  return `http://${host.includes(':') ? `[${host === '::' ? '::1' : host}]` : host}:${port.hostPort}`
}
