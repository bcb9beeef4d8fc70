import type Docker from 'dockerode'
import type { View } from '../protocol/event.ts'

/** A container as a card shows it: no environment, no labels, no mounts. */
export function projectContainer({
  Name,
  Image,
  Created,
  State,
  Config,
  NetworkSettings,
}: Docker.ContainerInspectInfo): View {
  const over = State.Status === 'exited' || State.Status === 'dead'
  return {
    name: Name.slice(1),
    image: Config.Image,
    imageId: Image,
    state: State.Status,
    status: statusWords(State),
    ...(State.Health && State.Health.Status !== 'none' && { health: State.Health.Status }),
    ...(over && { exitCode: State.ExitCode }),
    ...(over && State.OOMKilled && { oom: true }),
    ports: publishedPorts(NetworkSettings.Ports).map(
      ({ hostIp, hostPort, port }) => `${hostIp}:${hostPort}→${port.replace('/tcp', '')}`,
    ),
    createdAt: Created,
    networks: Object.fromEntries(
      Object.entries(NetworkSettings.Networks ?? {}).map(([name, { IPAddress }]) => [name, IPAddress]),
    ),
  }
}

/** A network as a diagram shows it. */
export function projectNetwork({ Name, Driver, Internal, IPAM }: Docker.NetworkInspectInfo): View {
  return {
    name: Name,
    driver: Driver,
    internal: Internal,
    subnets: (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ? [Subnet] : []),
    gateways: (IPAM?.Config ?? []).flatMap(({ Gateway }) => Gateway ? [Gateway] : []),
  }
}

/** Where the ports of a container are published, each once. */
export function publishedPorts(ports: Docker.ContainerInspectInfo['NetworkSettings']['Ports'] | undefined): { hostIp: string, hostPort: string, port: string }[] {
  return Object.entries(ports ?? {}).flatMap(([port, bindings]) =>
    ((bindings ?? []) as { HostIp: string, HostPort: string }[]).map(({ HostIp, HostPort }) => ({
      hostIp: HostIp,
      hostPort: HostPort,
      port,
    })),
  )
}

/** The state in words, without the age that changes by itself. */
function statusWords({ Status, ExitCode, OOMKilled, Health }: Docker.ContainerInspectInfo['State']): string {
  if (Status === 'exited' || Status === 'dead') {
    const signal = signalName(ExitCode)
    return `${Status} (${ExitCode}${signal ? `, ${signal}` : ''}${OOMKilled ? ', out of memory' : ''})`
  }
  return Status === 'running' && Health && Health.Status !== 'none' ? `running (${Health.Status})` : Status
}

/** The signal that an exit code above 128 stands for. */
export function signalName(code: number): string | undefined {
  return { 129: 'SIGHUP', 130: 'SIGINT', 131: 'SIGQUIT', 134: 'SIGABRT', 137: 'SIGKILL', 139: 'SIGSEGV', 143: 'SIGTERM' }[code]
}
