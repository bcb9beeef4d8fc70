import type { Asked, Route, Verdict } from './route.ts'
import type { Scope } from './scope.ts'
import { LABELS } from '../../protocol/runner.ts'
import { buildKitRoutes, offersBuildKit } from './buildkit/routes.ts'
import { ownEvents } from './events.ts'
import { formatFilters, readFilters } from './filters.ts'
import { notFound } from './refusal.ts'
import { shape, text } from './shape.ts'
import { compareVersions, NEWEST_API } from './target.ts'

const EVENT_FILTERS = ['config', 'container', 'daemon', 'event', 'image', 'label', 'network', 'node', 'plugin', 'scope', 'secret', 'service', 'type', 'volume']

/** Who asks for more than the guard knows gets an older version of the API, whose fields it does know. */
function newestKnown(version: unknown): string {
  return typeof version === 'string' && compareVersions(version, NEWEST_API) < 0 ? version : NEWEST_API
}

function ping(method: string): Route {
  return { method, path: '/_ping', handle: async ({ scope, headers }) => ({
    segments: ['_ping'],
    headers: { 'api-version': await scope.engine.version(), 'builder-version': await offersBuildKit(scope, headers) ? '2' : '1' },
  }) }
}

interface Version { ApiVersion?: string, Components?: { Name: string, Details?: Record<string, string> }[] }

function withVersion(answer: Version): Version {
  const ApiVersion = newestKnown(answer.ApiVersion)
  return {
    ...answer,
    ApiVersion,
    Components: answer.Components?.map(part =>
      part.Details?.ApiVersion ? { ...part, Details: { ...part.Details, ApiVersion } } : part,
    ),
  }
}

/** What the engine tells of itself, with the session's containers counted, and as part of no swarm. */
async function info(answer: object, { objects }: Scope): Promise<object> {
  const states = (await objects.containers()).map(({ state }) => state)
  const count = (...wanted: string[]): number => states.filter(state => wanted.includes(state)).length
  return {
    ...answer,
    Containers: states.length,
    ContainersRunning: count('running', 'restarting'),
    ContainersPaused: count('paused'),
    ContainersStopped: count('created', 'exited', 'dead', 'removing'),
    Swarm: { LocalNodeState: 'inactive', ControlAvailable: false, NodeID: '', NodeAddr: '', Error: '', RemoteManagers: null },
  }
}

interface Usage {
  LayersSize?: number
  Images?: { Id: string, Containers?: number }[] | null
  Containers?: { Labels?: Record<string, string> | null }[] | null
  Volumes?: { Name: string }[] | null
}

/** Disk space: of images all, of containers and volumes the session's own, of the builders' cache nothing. */
async function usage({ LayersSize, Images, Containers, Volumes }: Usage, { objects, id }: Scope): Promise<object> {
  const [own, volumes] = await Promise.all([objects.containers(), objects.volumes()])
  return {
    LayersSize,
    Images:
      Images?.map(image => ({ ...image, Containers: own.filter(({ imageId }) => imageId === image.Id).length }))
      ?? Images,
    Containers: Containers?.filter(({ Labels }) => Labels?.[LABELS.session] === id) ?? Containers,
    Volumes: Volumes?.filter(({ Name }) => volumes.has(Name)) ?? Volumes,
    BuildCache: [],
    BuilderSize: 0,
  }
}

function events({ scope, params }: Asked): Verdict {
  return {
    segments: ['events'],
    query: params.with({ filters: formatFilters(readFilters(params.one('filters'), EVENT_FILTERS, scope.step)) }),
    line: ownEvents(scope),
  }
}

const login = shape<Scope>({
  username: text,
  password: text,
  auth: text,
  email: text,
  serveraddress: text,
  identitytoken: text,
  registrytoken: text,
})

/** Endpoints of the engine itself. */
export const systemRoutes: Route[] = [
  ping('GET'),
  ping('HEAD'),
  { method: 'GET', path: '/version', handle: () => ({ segments: ['version'], filter: answer => withVersion(answer as Version) }) },
  { method: 'GET', path: '/info', handle: ({ scope }) => ({ segments: ['info'], filter: answer => info(answer as object, scope) }) },
  { method: 'GET', path: '/events', query: ['since', 'until', 'filters'], handle: events },
  { method: 'GET', path: '/system/df', query: ['type*', 'verbose'], handle: ({ scope, params }) => ({ segments: ['system', 'df'], query: params.query, filter: answer => usage(answer as Usage, scope) }) },
  { method: 'POST', path: '/auth', handle: async ({ scope, json }) => ({ segments: ['auth'], body: await login(await json(), '', scope) ?? {} }) },
  // `docker inspect NAME` looks among plugins too.
  { method: 'GET', path: '/plugins/:image/json', handle: ({ ref }) => {
    throw notFound('plugin', ref)
  } },
  ...buildKitRoutes,
]

/** First segments of the API whose endpoints are refused as a whole, with what they are. */
export const REFUSED_KINDS: Record<string, string> = {
  plugins: 'plugins',
  swarm: 'swarm',
  services: 'services of a swarm',
  nodes: 'nodes of a swarm',
  tasks: 'tasks of a swarm',
  secrets: 'secrets of a swarm',
  configs: 'configurations of a swarm',
  checkpoints: 'checkpoints',
  debug: 'the engine\'s own inner state',
}
