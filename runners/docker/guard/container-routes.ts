import type { Asked, Forward, Route, Verdict } from './route.ts'
import { LABELS } from '../../protocol/runner.ts'
import { commitBody, containerBody } from './container-body.ts'
import { formatFilters, readFilters, withLabel } from './filters.ts'
import { forbidden } from './refusal.ts'
import { execBody, execStartBody, updateBody } from './resources.ts'

const LIST_FILTERS = ['ancestor', 'before', 'expose', 'exited', 'health', 'id', 'isolation', 'is-task', 'label', 'name', 'network', 'publish', 'since', 'status', 'volume']
const PRUNE_FILTERS = ['label', 'label!', 'until']
const STREAMS = ['detachKeys', 'logs', 'stream', 'stdin', 'stdout', 'stderr']

/** An action on a container of the session; the engine gets its id. */
function onContainer(
  method: string,
  action: string,
  query: string[] = [],
  more: (asked: Asked) => Partial<Forward> | Promise<Partial<Forward>> = () => ({}),
): Route {
  return {
    method,
    path: `/containers/:ref/${action}`,
    query,
    async handle(asked) {
      const id = await asked.scope.objects.container(asked.ref)
      return { segments: ['containers', id, ...action.split('/')], query: asked.params.query, ...(await more(asked)) }
    },
  }
}

async function listContainers({ scope, params }: Asked): Promise<Verdict> {
  const filters = readFilters(params.one('filters'), LIST_FILTERS, scope.step)
  for (const name of ['before', 'since']) {
    if (filters[name])
      filters[name] = await Promise.all(filters[name].map(ref => scope.objects.container(ref)))
  }
  return { segments: ['containers', 'json'], query: params.with({ filters: formatFilters(withLabel(filters, `${LABELS.session}=${scope.id}`)) }) }
}

async function createContainer({ scope, params, json }: Asked): Promise<Verdict> {
  const body = await containerBody(await json(), scope)
  return {
    segments: ['containers', 'create'],
    query: params.query,
    body,
    filter(answer) {
      scope.objects.remember('container', (answer as { Id: string }).Id)
      return answer
    },
  }
}

async function commit({ scope, params, json }: Asked): Promise<Verdict> {
  const container = await scope.objects.container(params.one('container'))
  const body = await commitBody(await json(), scope)
  const repo = params.one('repo')
  const settle = repo ? await scope.tags.claim(params.one('tag') ? `${repo}:${params.one('tag')}` : repo) : undefined
  return {
    segments: ['commit'],
    query: [...params.with({ container }), ...labelChanges(scope.stepLabels)],
    body: body ?? {},
    settle,
  }
}

/** Labels as instructions of a Dockerfile, which count after all others. */
export function labelChanges(labels: Record<string, string>): [string, string][] {
  const quote = (text: string): string => `"${text.replace(/[\\"$]/g, '\\$&')}"`
  return Object.entries(labels).map(([name, value]) => ['changes', `LABEL ${quote(name)}=${quote(value)}`])
}

const pruneContainers: Route = {
  method: 'POST',
  path: '/containers/prune',
  query: ['filters'],
  handle: ({ scope, params }) => ({
    segments: ['containers', 'prune'],
    query: params.with({ filters: formatFilters(withLabel(readFilters(params.one('filters'), PRUNE_FILTERS, scope.step), `${LABELS.session}=${scope.id}`)) }),
  }),
}

const execRoutes: Route[] = [
  onContainer('POST', 'exec', [], async ({ scope, json }) => ({
    body: await execBody(await json(), '', scope) ?? {},
    filter(answer) {
      scope.objects.remember('exec', (answer as { Id: string }).Id)
      return answer
    },
  })),
  {
    method: 'POST',
    path: '/exec/:ref/start',
    handle: async ({ scope, ref, json }) => ({ segments: ['exec', await scope.objects.exec(ref), 'start'], body: await execStartBody(await json(), '', scope) ?? {}, hijack: true }),
  },
  { method: 'POST', path: '/exec/:ref/resize', query: ['h', 'w'], handle: async ({ scope, ref, params }) => ({ segments: ['exec', await scope.objects.exec(ref), 'resize'], query: params.query }) },
  { method: 'GET', path: '/exec/:ref/json', handle: async ({ scope, ref }) => ({ segments: ['exec', await scope.objects.exec(ref), 'json'] }) },
]

/** Endpoints of containers, and of the programs that run in them. */
export const containerRoutes: Route[] = [
  { method: 'GET', path: '/containers/json', query: ['all', 'limit', 'size', 'filters'], handle: listContainers },
  { method: 'POST', path: '/containers/create', query: ['name', 'platform'], handle: createContainer },
  pruneContainers,
  { method: 'POST', path: '/commit', query: ['container', 'repo', 'tag', 'comment', 'author', 'pause', 'changes*'], handle: commit },
  onContainer('GET', 'json', ['size']),
  onContainer('GET', 'top', ['ps_args']),
  onContainer('GET', 'logs', ['follow', 'stdout', 'stderr', 'since', 'until', 'timestamps', 'tail', 'details']),
  onContainer('GET', 'changes'),
  onContainer('GET', 'export'),
  onContainer('GET', 'stats', ['stream', 'one-shot']),
  onContainer('GET', 'archive', ['path']),
  onContainer('HEAD', 'archive', ['path']),
  onContainer('PUT', 'archive', ['path', 'noOverwriteDirNonDir', 'copyUIDGID'], ({ stream }) => ({ stream, contentType: 'application/x-tar' })),
  onContainer('GET', 'attach/ws', STREAMS, () => ({ hijack: true })),
  onContainer('POST', 'attach', STREAMS, () => ({ hijack: true })),
  onContainer('POST', 'resize', ['h', 'w']),
  onContainer('POST', 'start', ['detachKeys']),
  onContainer('POST', 'stop', ['t', 'signal']),
  onContainer('POST', 'restart', ['t', 'signal']),
  onContainer('POST', 'kill', ['signal']),
  onContainer('POST', 'pause'),
  onContainer('POST', 'unpause'),
  onContainer('POST', 'rename', ['name']),
  onContainer('POST', 'wait', ['condition']),
  onContainer('POST', 'update', [], async ({ scope, json }) => ({ body: await updateBody(await json(), '', scope) ?? {} })),
  ...execRoutes,
  {
    method: 'DELETE',
    path: '/containers/:ref',
    query: ['v', 'force', 'link'],
    async handle({ scope, ref, params }) {
      if (params.one('link'))
        throw forbidden('to remove a link', `unguarded:${scope.step}`)
      // A volume without a name has no labels: left behind, nobody would find it.
      return { segments: ['containers', await scope.objects.container(ref)], query: params.with({ v: '1' }) }
    },
  },
]
