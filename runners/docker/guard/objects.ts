import type { Engine } from './engine.ts'
import type { Query } from './target.ts'
import { LABELS } from '../../protocol/runner.ts'
import { containerNames } from '../container.ts'
import { notFound, Refusal } from './refusal.ts'

/**
 * A container of the session, as far as the guard needs it; that of a `{container}` step may be called by the step's
 * id, too.
 */
export interface OwnContainer {
  id: string
  names: string[]
  alias?: string
  imageId: string
  state: string
  volumes: string[]
}
export interface OwnNetwork { id: string, name: string, gateways: string[] }

/**
 * What the session has. A reference resolves as engines do it – whole id, name, beginning of an id –, among its own
 * objects only.
 */
export interface Objects {
  /** The id of a container; throws that there is none. */
  container: (ref: string) => Promise<string>
  /** The id of a network; throws that there is none. */
  network: (ref: string) => Promise<string>
  /** The name of a volume; throws that there is none. */
  volume: (name: string) => Promise<string>
  /** The id of an exec in a container of the session. */
  exec: (id: string) => Promise<string>
  containers: () => Promise<OwnContainer[]>
  networks: () => Promise<OwnNetwork[]>
  /** Names of volumes: those with our label, and those without a name in containers of the session. */
  volumes: () => Promise<Set<string>>
  /** An object that the guard saw come into being: it need not be looked up again. */
  remember: (kind: 'container' | 'network' | 'exec', id: string) => void
  /** Whether an object was seen to be the session's own, even if it is gone. */
  knows: (kind: 'container' | 'network' | 'volume', id: string) => boolean
}

/** Networks of every engine: seen by all, changed by none. */
export const BUILT_IN_NETWORKS = new Set(['bridge', 'host', 'none'])

interface ContainerItem {
  Id: string
  Names?: string[]
  Labels?: Record<string, string> | null
  ImageID: string
  State: string
  Mounts?: { Type: string, Name?: string }[] | null
}
interface NetworkItem { Id: string, Name: string, IPAM?: { Config?: { Gateway?: string }[] | null } }
interface VolumeItem { Name: string }

/** Ids and names that were the session's own at some time, by kind. */
function createSeen(): Record<'container' | 'network' | 'volume' | 'exec', Set<string>> {
  return { container: new Set(), network: new Set(), volume: new Set(), exec: new Set() }
}

/** Looks into the engine each time: others – runners, the sweeper, `--rm` – change what is there. */
export function createObjects(engine: Engine, sessionId: string): Objects {
  const seen = createSeen()
  const filters = JSON.stringify({ label: { [`${LABELS.session}=${sessionId}`]: true } })

  async function listed<T>(segments: string[], ...query: Query): Promise<T> {
    const { status, body } = await engine.ask({ method: 'GET', segments, query: [...query, ['filters', filters]] })
    if (status !== 200)
      throw new Refusal(502, `Kamishibai cannot see what the session has: ${(body as { message?: string } | undefined)?.message ?? status}`)
    return body as T
  }

  const objects: Objects = {
    async container(ref) {
      if (seen.container.has(ref))
        return ref
      const containers = await objects.containers()
      const found = find(containers, ref, container => container.names) ?? containers.find(({ alias }) => alias === ref)
      if (!found)
        throw notFound('container', ref)
      return found.id
    },

    async network(ref) {
      if (seen.network.has(ref))
        return ref
      const found = find(await objects.networks(), ref, network => [network.name])
      if (!found)
        throw notFound('network', ref)
      return found.id
    },

    async volume(name) {
      if (!(await objects.volumes()).has(name))
        throw notFound('volume', name)
      return name
    },

    async exec(id) {
      if (seen.exec.has(id))
        return id
      const { body } = await engine.ask({ method: 'GET', segments: ['exec', id, 'json'] })
      const { ID, ContainerID } = (body ?? {}) as { ID?: string, ContainerID?: string }
      if (!ID || !ContainerID || !(await objects.containers()).some(container => container.id === ContainerID))
        throw notFound('exec', id)
      return ID
    },

    async containers() {
      const items = await listed<ContainerItem[]>(['containers', 'json'], ['all', '1'])
      const containers = items.map(item => toContainer(item, sessionId))
      for (const { id, volumes } of containers) {
        seen.container.add(id)
        volumes.forEach(name => seen.volume.add(name))
      }
      return containers
    },

    async networks() {
      const items = await listed<NetworkItem[]>(['networks'])
      return items.map(({ Id, Name, IPAM }) => {
        seen.network.add(Id)
        return { id: Id, name: Name, gateways: (IPAM?.Config ?? []).flatMap(({ Gateway }) => Gateway ? [Gateway.split('/')[0]!] : []) }
      })
    },

    async volumes() {
      const [containers, { Volumes }] = await Promise.all([objects.containers(), listed<{ Volumes?: VolumeItem[] | null }>(['volumes'])])
      const names = new Set([
        ...(Volumes ?? []).map(({ Name }) => Name),
        ...containers.flatMap(({ volumes }) => volumes),
      ])
      names.forEach(name => seen.volume.add(name))
      return names
    },

    remember: (kind, id) => seen[kind].add(id),
    knows: (kind, id) => seen[kind].has(id),
  }
  return objects
}

function toContainer({ Id, Names, Labels, ImageID, State, Mounts }: ContainerItem, sessionId: string): OwnContainer {
  // A name with a second slash is a link's.
  const names = (Names ?? []).map(name => name.slice(1))
  const step = Labels?.[LABELS.step]
  const alias
    = step !== undefined && containerNames(step, { sessionId }).some(name => names.includes(name)) ? step : undefined
  const volumes = (Mounts ?? []).flatMap(({ Type, Name }) => Type === 'volume' && Name ? [Name] : [])
  return { id: Id, names, alias, imageId: ImageID, state: State, volumes }
}

/** The one object that `ref` names; two beginnings of ids name none. */
function find<T extends { id: string }>(items: T[], ref: string, namesOf: (item: T) => string[]): T | undefined {
  const exact = items.find(item => item.id === ref) ?? items.find(item => namesOf(item).includes(ref))
  if (exact || !/^[\da-f]+$/.test(ref))
    return exact
  const beginning = items.filter(item => item.id.startsWith(ref))
  return beginning.length === 1 ? beginning[0] : undefined
}
