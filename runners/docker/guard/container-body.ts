import type { Scope } from './scope.ts'
import type { Rules } from './shape.ts'
import { hostConfig } from './host-config.ts'
import { networkingConfig } from './networking.ts'
import { malformed, Refusal } from './refusal.ts'
import { flag, integer, list, map, never, shape, text, words } from './shape.ts'

/** What an image or a container is, wherever it stands. */
const configRules: Rules<Scope> = {
  Hostname: text,
  Domainname: text,
  User: text,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  ExposedPorts: map(shape({})),
  Tty: flag,
  OpenStdin: flag,
  StdinOnce: flag,
  Env: list(text),
  Cmd: words,
  Healthcheck: shape<Scope>({
    Test: list(text),
    Interval: integer,
    Timeout: integer,
    StartPeriod: integer,
    StartInterval: integer,
    Retries: integer,
  }),
  ArgsEscaped: flag,
  Image: text,
  Volumes: map(shape({})),
  WorkingDir: text,
  Entrypoint: words,
  NetworkDisabled: flag,
  MacAddress: text,
  OnBuild: never('instructions for later builds'),
  Labels: map(text),
  StopSignal: text,
  StopTimeout: integer,
  Shell: list(text),
}

interface Config { Labels?: Record<string, string>, Image?: string, ExposedPorts?: Record<string, object> }
type Bindings = Record<string, { HostIp?: string, HostPort?: string }[] | null>
interface Limited {
  Memory?: number
  NanoCpus?: number
  CpuQuota?: number
  PidsLimit?: number
  PublishAllPorts?: boolean
  PortBindings?: Bindings
}

const createFields = shape<Scope>({ ...configRules, HostConfig: hostConfig, NetworkingConfig: networkingConfig })

/** The body of a container's creation: checked, labelled, limited, and published on loopback only. */
export async function containerBody(body: unknown, scope: Scope): Promise<Record<string, unknown>> {
  const config = await checked(body, scope) as Config & { HostConfig?: Limited } | undefined
  if (!config)
    throw malformed('Config cannot be empty in order to create a container')
  const { PublishAllPorts, ...host } = config.HostConfig ?? {}
  const { limits } = scope
  return {
    ...config,
    Labels: { ...config.Labels, ...scope.stepLabels },
    HostConfig: {
      ...host,
      Memory: host.Memory || limits.memory,
      NanoCpus: host.NanoCpus || (host.CpuQuota ? undefined : Math.round(limits.cpus * 1e9)),
      PidsLimit: host.PidsLimit || limits.pids,
      ...PublishAllPorts && { PortBindings: await publishAll(config, host.PortBindings ?? {}, scope) },
    },
  }
}

/** A client takes 404 for a missing image, and would fetch it: what is missing here is a name in the body. */
async function checked(body: unknown, scope: Scope): Promise<unknown> {
  try {
    return await createFields(body, '', scope)
  }
  catch (error) {
    throw error instanceof Refusal && error.status === 404 ? malformed(error.message) : error
  }
}

/** `-P` binds to every address: each exposed port gets a free one of loopback instead. */
async function publishAll({ Image, ExposedPorts }: Config, bindings: Bindings, { engine }: Scope): Promise<Bindings> {
  const { body } = await engine.ask({ method: 'GET', segments: ['images', ...(Image ?? '').split('/').filter(Boolean), 'json'] })
  const image = body as { Config?: { ExposedPorts?: Record<string, object> | null } | null } | undefined
  const exposed = Object.keys({ ...image?.Config?.ExposedPorts, ...ExposedPorts })
  return Object.fromEntries([...new Set([...exposed, ...Object.keys(bindings)])]
    .map(port => [port, bindings[port]?.length ? bindings[port] : [{ HostIp: '127.0.0.1', HostPort: '' }]]))
}

/** What a commit changes of the container's configuration; most clients send nothing. */
export async function commitBody(body: unknown, scope: Scope): Promise<unknown> {
  return shape<Scope>(configRules)(body, '', scope)
}
