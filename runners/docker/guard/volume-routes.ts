import type { Route } from './route.ts'
import { LABELS } from '../../protocol/runner.ts'
import { formatFilters, readFilters, withLabel } from './filters.ts'
import { volumeBody } from './volumes.ts'

const LIST_FILTERS = ['dangling', 'driver', 'label', 'name']
const PRUNE_FILTERS = ['all', 'label', 'label!']

/** Endpoints of volumes. */
export const volumeRoutes: Route[] = [
  { method: 'GET', path: '/volumes', query: ['filters'], handle: ({ scope, params }) => ({
    segments: ['volumes'],
    query: params.with({ filters: formatFilters(readFilters(params.one('filters'), LIST_FILTERS, scope.step)) }),
    async filter(answer) {
      const own = await scope.objects.volumes()
      const { Volumes } = answer as { Volumes?: { Name: string }[] | null }
      return { Volumes: (Volumes ?? []).filter(({ Name }) => own.has(Name)), Warnings: null }
    },
  }) },
  { method: 'POST', path: '/volumes/create', handle: async ({ scope, json }) => ({ segments: ['volumes', 'create'], body: await volumeBody(await json(), scope) }) },
  { method: 'POST', path: '/volumes/prune', query: ['filters'], handle: ({ scope, params }) => ({
    segments: ['volumes', 'prune'],
    query: params.with({ filters: formatFilters(withLabel(readFilters(params.one('filters'), PRUNE_FILTERS, scope.step), `${LABELS.session}=${scope.id}`)) }),
  }) },
  { method: 'GET', path: '/volumes/:ref', handle: async ({ scope, ref }) => ({ segments: ['volumes', await scope.objects.volume(ref)] }) },
  { method: 'DELETE', path: '/volumes/:ref', query: ['force'], handle: async ({ scope, ref, params }) => ({ segments: ['volumes', await scope.objects.volume(ref)], query: params.query }) },
]
