import type { Asked, Route, Verdict } from './route.ts'
import { LABELS } from '../../protocol/runner.ts'
import { build, BUILD_PARAMETERS } from './build.ts'
import { labelChanges } from './container-routes.ts'
import { formatFilters, readFilters, withLabel } from './filters.ts'
import { load } from './load.ts'
import { formatReference, parseReference } from './reference.ts'
import { forbidden, malformed } from './refusal.ts'

const LIST_FILTERS = ['before', 'dangling', 'label', 'reference', 'since', 'until']
const PRUNE_FILTERS = ['dangling', 'label', 'label!', 'until']
const SEARCH_FILTERS = ['is-automated', 'is-official', 'stars']

/** Images may be seen, whoever made them. */
function seen(method: string, action: string, query: string[] = []): Route {
  return { method, path: `/images/:image/${action}`, query, handle: ({ ref, params }) => ({ segments: ['images', ...ref.split('/'), action], query: params.query }) }
}

/** The one image that is fetched or pushed; without a tag, engines take all that there are. */
function oneImage(name: string, tag: string): string {
  const reference = parseReference(name.replace(/:$/, ''))
  if (tag.includes(':'))
    reference.digest = tag
  else if (tag)
    reference.tag = tag
  if (!reference.tag && !reference.digest)
    throw malformed('name one tag: all tags of an image at once are more than the guard looks through')
  return formatReference(parseReference(formatReference(reference)))
}

/** A pull: it may not move a name that is another's. */
async function pull({ scope, params }: Asked): Promise<Verdict> {
  const name = oneImage(params.one('fromImage'), params.one('tag'))
  const settle = await scope.tags.claim(name)
  const at = name.includes('@') ? name.indexOf('@') : name.lastIndexOf(':')
  return {
    segments: ['images', 'create'],
    query: [...params.query.filter(([key]) => key === 'platform'), ['fromImage', name.slice(0, at)], ['tag', name.slice(at + 1)]],
    settle,
  }
}

/** An image made of a file system that the client sends. */
async function importImage({ scope, params, stream }: Asked): Promise<Verdict> {
  if (params.one('fromSrc') !== '-')
    throw forbidden('to import what the engine fetches: fetch it first, and import the file')
  const repo = params.one('repo')
  const settle = repo ? await scope.tags.claim(params.one('tag') ? `${repo}:${params.one('tag')}` : repo) : undefined
  return { segments: ['images', 'create'], query: [...params.query, ...labelChanges(scope.stepLabels)], stream, contentType: 'application/x-tar', settle }
}

async function tagImage({ scope, ref, params }: Asked): Promise<Verdict> {
  const image = await scope.tags.find(ref)
  const settle = await scope.tags.claim(params.one('tag') ? `${params.one('repo')}:${params.one('tag')}` : params.one('repo'))
  if (image && !image.tags.length && !image.digests.length && !scope.tags.ownsAll(image)) {
    await settle()
    throw forbidden(`to name the image ${ref}: it has no name, is not the session's own, and would go with the session`)
  }
  return { segments: ['images', ...(image?.id ?? ref).split('/'), 'tag'], query: params.query, settle }
}

/** By its name, an image loses the name, by its id all that it has: they must be the session's own. */
async function removeImage({ scope, ref, params }: Asked): Promise<Verdict> {
  const image = await scope.tags.find(ref)
  if (image) {
    const name = nameOf(ref, [...image.tags, ...image.digests])
    const own = name ? scope.tags.owns(name, image) : scope.tags.ownsAll(image)
    if (!own)
      throw forbidden(`to remove the image ${ref}: it is not the session's own`)
  }
  return { segments: ['images', ...ref.split('/')], query: params.query }
}

/** The name among `names` that `ref` is; undefined where it is an id. */
function nameOf(ref: string, names: string[]): string | undefined {
  try {
    const name = formatReference(parseReference(ref))
    return names.includes(name) ? name : undefined
  }
  catch {
    return undefined
  }
}

async function push({ scope, ref, params }: Asked): Promise<Verdict> {
  const name = oneImage(ref, params.one('tag'))
  const image = await scope.tags.find(name)
  if (image && !scope.tags.owns(name, image))
    throw forbidden(`to push ${name}: it is not the session's own; tag it first`)
  return { segments: ['images', ...ref.split('/'), 'push'], query: params.query }
}

/** Endpoints of images, and what makes them. */
export const imageRoutes: Route[] = [
  { method: 'GET', path: '/images/json', query: ['all', 'filters', 'filter', 'digests', 'shared-size', 'manifests'], handle: ({ scope, params }) => ({
    segments: ['images', 'json'],
    query: params.with({ filters: formatFilters(readFilters(params.one('filters'), LIST_FILTERS, scope.step)) }),
  }) },
  { method: 'GET', path: '/images/search', query: ['term', 'limit', 'filters'], handle: ({ scope, params }) => ({
    segments: ['images', 'search'],
    query: params.with({ filters: formatFilters(readFilters(params.one('filters'), SEARCH_FILTERS, scope.step)) }),
  }) },
  { method: 'GET', path: '/images/get', query: ['names*', 'platform'], handle: ({ params }) => ({ segments: ['images', 'get'], query: params.query }) },
  { method: 'POST', path: '/images/load', query: ['quiet', 'platform'], handle: load },
  { method: 'POST', path: '/images/create', query: ['fromImage', 'fromSrc', 'repo', 'tag', 'message', 'changes*', 'platform'], handle: asked => asked.params.one('fromImage') ? pull(asked) : importImage(asked) },
  { method: 'POST', path: '/images/prune', query: ['filters'], handle: ({ scope, params }) => ({
    segments: ['images', 'prune'],
    query: params.with({ filters: formatFilters(withLabel(readFilters(params.one('filters'), PRUNE_FILTERS, scope.step), `${LABELS.session}=${scope.id}`)) }),
  }) },
  seen('GET', 'get', ['platform']),
  seen('GET', 'history', ['platform']),
  seen('GET', 'json', ['manifests', 'platform', 'size']),
  { method: 'POST', path: '/images/:image/push', query: ['tag', 'platform'], handle: push },
  { method: 'POST', path: '/images/:image/tag', query: ['repo', 'tag', 'force'], handle: tagImage },
  { method: 'DELETE', path: '/images/:image', query: ['force', 'noprune', 'platforms*'], handle: removeImage },
  { method: 'GET', path: '/distribution/:image/json', handle: ({ ref }) => ({ segments: ['distribution', ...ref.split('/'), 'json'] }) },
  { method: 'POST', path: '/build', query: BUILD_PARAMETERS, handle: build },
  // The cache of builds is everybody's: nothing in it is the session's own.
  { method: 'POST', path: '/build/prune', query: ['all', 'filters', 'keep-storage', 'reserved-space', 'max-used-space', 'min-free-space'], handle: () => ({ status: 200, body: { CachesDeleted: [], SpaceReclaimed: 0 } }) },
]
