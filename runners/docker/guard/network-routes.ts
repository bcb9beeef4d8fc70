import type { Asked, Route, Verdict } from './route.ts'
import type { Scope } from './scope.ts'
import { LABELS } from '../../protocol/runner.ts'
import { formatFilters, readFilters, withLabel } from './filters.ts'
import { endpoint, networkBody, networkRef } from './networking.ts'
import { BUILT_IN_NETWORKS } from './objects.ts'
import { malformed, Refusal } from './refusal.ts'
import { flag, shape, text } from './shape.ts'

const LIST_FILTERS = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type']
const PRUNE_FILTERS = ['label', 'label!', 'until']

interface Network { Name: string, Labels?: Record<string, string> | null, Containers?: Record<string, unknown> | null }

/** A network with the session's containers only. */
async function withOwn(network: Network, { objects }: Scope): Promise<Network> {
  if (!network.Containers || !Object.keys(network.Containers).length)
    return network
  const own = new Set((await objects.containers()).map(({ id }) => id))
  return {
    ...network,
    Containers: Object.fromEntries(Object.entries(network.Containers).filter(([id]) => own.has(id))),
  }
}

/** The session's networks, and those that every engine has. */
function listNetworks({ scope, params }: Asked): Verdict {
  return {
    segments: ['networks'],
    query: params.with({ filters: formatFilters(readFilters(params.one('filters'), LIST_FILTERS, scope.step)) }),
    filter: networks => Promise.all((networks as Network[])
      .filter(({ Name, Labels }) => Labels?.[LABELS.session] === scope.id || BUILT_IN_NETWORKS.has(Name))
      .map(network => withOwn(network, scope))),
  }
}

const connectBody = shape<Scope>({ Container: text, EndpointConfig: endpoint })
const disconnectBody = shape<Scope>({ Container: text, Force: flag })

async function join(action: 'connect' | 'disconnect', { scope, ref, json }: Asked): Promise<Verdict> {
  const body = await (action === 'connect' ? connectBody : disconnectBody)(await json(), '', scope) as { Container?: string } | undefined
  if (!body?.Container)
    throw malformed('the container is missing')
  return {
    segments: ['networks', await networkRef(ref, 'network', scope), action],
    body: { ...body, Container: await scope.objects.container(body.Container) },
  }
}

/** Endpoints of networks. */
export const networkRoutes: Route[] = [
  { method: 'GET', path: '/networks', query: ['filters'], handle: listNetworks },
  { method: 'POST', path: '/networks/create', async handle({ scope, json }) {
    return {
      segments: ['networks', 'create'],
      body: await networkBody(await json(), scope),
      filter(answer) {
        scope.objects.remember('network', (answer as { Id: string }).Id)
        return answer
      },
    }
  } },
  { method: 'POST', path: '/networks/prune', query: ['filters'], handle: ({ scope, params }) => ({
    segments: ['networks', 'prune'],
    query: params.with({ filters: formatFilters(withLabel(readFilters(params.one('filters'), PRUNE_FILTERS, scope.step), `${LABELS.session}=${scope.id}`)) }),
  }) },
  { method: 'POST', path: '/networks/:ref/connect', handle: asked => join('connect', asked) },
  { method: 'POST', path: '/networks/:ref/disconnect', handle: asked => join('disconnect', asked) },
  { method: 'GET', path: '/networks/:ref', query: ['verbose', 'scope'], handle: async ({ scope, ref, params }) => ({
    segments: ['networks', BUILT_IN_NETWORKS.has(ref) ? ref : await scope.objects.network(ref)],
    query: params.query,
    filter: network => withOwn(network as Network, scope),
  }) },
  { method: 'DELETE', path: '/networks/:ref', async handle({ scope, ref }) {
    if (BUILT_IN_NETWORKS.has(ref))
      throw new Refusal(403, `${ref} is a pre-defined network and cannot be removed`)
    return { segments: ['networks', await scope.objects.network(ref)] }
  } },
]
