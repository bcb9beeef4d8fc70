import type Docker from 'dockerode'
import type { Health, RunnerConfig } from '../protocol/runner.ts'
import { StepError } from '../protocol/error.ts'
import { LABELS } from '../protocol/runner.ts'
import { containerNames, explain } from './container.ts'
import { publishedPorts } from './projection.ts'

/** The session's container of a `{container}` step, or with this name, or that another step made. */
export async function findContainer(docker: Docker, name: string, { sessionId }: Pick<RunnerConfig, 'sessionId'>): Promise<Docker.ContainerInspectInfo | undefined> {
  const filters = JSON.stringify({ label: [`${LABELS.session}=${sessionId}`] }) as never
  const containers = await explained(docker.listContainers({ all: true, filters }))
  const ofStep = containers.filter(c => c.Labels[LABELS.step] === name)
  const names = containerNames(name, { sessionId }).map(own => `/${own}`)
  const found = ofStep.find(c => c.Names.some(own => names.includes(own)))
    ?? containers.find(c => c.Names.includes(`/${name}`))
    ?? ofStep[0]
  return found && explained(docker.getContainer(found.Id).inspect())
}

function explained<T>(call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw explain(error, '')
  })
}

/** The base URL to reach a port of a container from here, by default its first; says in words why there is no way. */
export function baseUrlOf(
  { State, NetworkSettings }: Docker.ContainerInspectInfo,
  name: string,
  wanted?: string,
): string {
  if (!State.Running)
    throw new StepError('not-running', `the container ${name} does not run`, 'Run its step again, then this one.')
  const port = publishedPorts(NetworkSettings.Ports).find(p =>
    wanted ? p.port.split('/')[0] === wanted : p.port.endsWith('/tcp'),
  )
  if (!port) {
    throw new StepError(
      'unreachable',
      wanted ? `${name} does not publish its port ${wanted}` : `${name} publishes no port`,
      `Publish it on its fence: ports: ["${wanted ?? 8080}"].`,
    )
  }
  const host = port.hostIp === '0.0.0.0' || !port.hostIp ? '127.0.0.1' : port.hostIp
  return `http://${host.includes(':') ? `[${host === '::' ? '::1' : host}]` : host}:${port.hostPort}`
}

/** How the healthcheck of a container stands, with the last words of one that fails; StepError where it has none. */
export function healthOf({ State, Config }: Docker.ContainerInspectInfo, name: string): Health {
  const test = Config.Healthcheck?.Test ?? []
  if (!test.length || test[0] === 'NONE')
    throw new StepError('bad-condition', `the container ${name} has no healthcheck`, 'Give its fence one, or wait for something else: until=http=200@…')
  if (!State.Running)
    return { ok: false, detail: `${name} does not run` }
  const { Status = 'starting', Log = [] } = State.Health ?? {}
  const last = Log?.at(-1)
  const words = last && last.ExitCode !== 0 ? `: ${last.Output.trim().split('\n').at(-1) || `its test ends with ${last.ExitCode}`}` : ''
  return { ok: Status === 'healthy', detail: Status + words }
}
