import type { Api } from './api.ts'
import type { KubeObject } from './objects.ts'
import { StepError } from '../protocol/error.ts'
import { nearest } from '../protocol/suggest.ts'

/** A kind that the API server has. */
export interface Resource {
  group: string
  version: string
  kind: string
  /** Its name in paths: `deployments`. */
  plural: string
  singular: string
  short: string[]
  namespaced: boolean
}

/** All kinds of an API server, asked for once and again where one is missing. */
export interface Discovery {
  /** The kind of an object; undefined where the server has none. */
  of: (object: Pick<KubeObject, 'apiVersion' | 'kind'>) => Promise<Resource | undefined>
  /** The kind by any of its names, as kubectl takes them: `deployment`, `deploy`, `deployments.apps`. */
  named: (name: string) => Promise<Resource | undefined>
  all: () => Promise<Resource[]>
}

interface AggregatedGroups {
  items?: {
    metadata: { name?: string }
    versions: {
      version: string
      resources?: {
        resource: string
        responseKind?: { kind: string }
        scope: string
        singularResource?: string
        shortNames?: string[]
      }[]
    }[]
  }[]
}

const ACCEPT = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Asks the API server for its kinds, in two requests. */
export function createDiscovery(api: Api): Discovery {
  let known: Promise<Resource[]> | undefined

  async function load(): Promise<Resource[]> {
    const lists = await Promise.all(['/api', '/apis'].map(path => api.get<AggregatedGroups>(path, { accept: ACCEPT })))
    return lists
      .flatMap(({ items = [] }) => items)
      .flatMap(({ metadata, versions }) =>
        versions.flatMap(({ version, resources = [] }) =>
          resources.map(({ resource, responseKind, scope, singularResource, shortNames }) => ({
            group: metadata.name ?? '',
            version,
            kind: responseKind?.kind ?? '',
            plural: resource,
            singular: singularResource || resource,
            short: shortNames ?? [],
            namespaced: scope === 'Namespaced',
          })),
        ),
      )
  }

  const fresh = (): Promise<Resource[]> => {
    const loading = load()
    known = loading
    loading.catch(() => known = undefined)
    return loading
  }

  /** A definition may have come since the last look. */
  async function find(test: (resource: Resource) => boolean): Promise<Resource | undefined> {
    return (await (known ?? fresh())).find(test) ?? (await fresh()).find(test)
  }

  return {
    all: () => known ?? fresh(),
    of: ({ apiVersion, kind }) => find(resource => groupVersion(resource) === apiVersion && resource.kind === kind),
    named(name) {
      const [word, ...group] = name.toLowerCase().split('.')
      return find(resource => (resource.plural === word || resource.singular.toLowerCase() === word || resource.short.includes(word!) || resource.kind.toLowerCase() === word) && (!group.length || resource.group === group.join('.')))
    },
  }
}

/** `v1`, `apps/v1`. */
export function groupVersion({ group, version }: Resource): string {
  return group ? `${group}/${version}` : version
}

/** Where the objects of a kind are; the one of a namespace where it has one. */
export function collectionPath(resource: Resource, namespace: string): string {
  const base = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`
  return `${base}${resource.namespaced ? `/namespaces/${namespace}` : ''}/${resource.plural}`
}

/** Says that the server has no such kind, and what is near. */
export async function unknownKind({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>, discovery: Discovery, line: number): Promise<StepError> {
  const all = await discovery.all()
  const same = [...new Set(all.filter(resource => resource.kind === kind).map(groupVersion))]
  const near = nearest(kind, all.map(({ kind: other }) => other).filter(Boolean))
  const hint = same.length
    ? `Write apiVersion: ${same.join(' or ')}.`
    : near ? `Did you mean ${near}?` : 'A custom kind needs its CustomResourceDefinition first, in this fence or another step.'
  return new StepError('bad-manifest', `the cluster has no kind ${kind} of ${apiVersion}`, hint, { line })
}
