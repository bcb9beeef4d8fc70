import type { IncomingHttpHeaders } from 'node:http'
import type { Call, Engine } from '../../../../runners/docker/guard/engine.ts'
import type { Forward, Reply } from '../../../../runners/docker/guard/route.ts'
import type { GuardSession } from '../../../../runners/docker/guard/scope.ts'
import { Readable } from 'node:stream'
import { createGuardSession } from '../../../../runners/docker/guard/guard.ts'
import { judgeRequest } from '../../../../runners/docker/guard/judge.ts'
import { Refusal } from '../../../../runners/docker/guard/refusal.ts'
import { settingsSchema } from '../../../../runners/protocol/headmatter.ts'
import { LABELS } from '../../../../runners/protocol/runner.ts'

export const SESSION = '5e55a0b1'
/** Labels of everything that the session creates, and those of what the step `one` creates. */
export const SESSION_LABELS = { [LABELS.session]: SESSION, [LABELS.deck]: 'test', [LABELS.owner]: 'test' }
export const STEP_LABELS = { ...SESSION_LABELS, [LABELS.step]: 'one' }

const hex = (start: string): string => start.padEnd(64, '0')

/** The session's container `web`, made by the step `front`, and a stranger's `theirs`. */
export const OWN = hex('a1')
export const FOREIGN = hex('b2')
/** The session's network `net`, and a stranger's `lan`. */
export const OWN_NET = hex('c3')
export const FOREIGN_NET = hex('d4')
/** The session's volumes are `data` and one without a name; a stranger's is `secrets`. */
export const ANONYMOUS = hex('e5')
/** Programs in the containers. */
export const OWN_EXEC = hex('f6')
export const FOREIGN_EXEC = hex('f7')
/** Images: the session's `mine:1`, the presenter's `demo:1`, and one of each that has no name. */
export const OWN_IMAGE = `sha256:${hex('11')}`
export const FOREIGN_IMAGE = `sha256:${hex('22')}`
export const OWN_DANGLING = `sha256:${hex('33')}`
export const FOREIGN_DANGLING = `sha256:${hex('44')}`

/** A name that the engine does not take away: a container runs from its image. */
export const IN_USE = 'busy:1'

/** The networks that the engine's machine is in. */
export const TAKEN_SUBNETS = ['127.0.0.1/8', '192.168.7.20/24', '10.8.0.0/16', 'fd07::20/64']

interface Labelled { Labels: Record<string, string> }

interface FakeImage {
  Id: string
  RepoTags: string[] | null
  RepoDigests: string[] | null
  Config?: { Labels?: Record<string, string> | null, ExposedPorts?: object | null }
  Metadata?: { LastTagTime: string }
}

interface Population {
  containers: (Labelled & {
    Id: string
    Names: string[]
    ImageID: string
    State: string
    Mounts: { Type: string, Name?: string }[]
  })[]
  networks: (Labelled & { Id: string, Name: string, IPAM: { Config: { Gateway?: string }[] } })[]
  volumes: (Labelled & { Name: string })[]
  execs: { ID: string, ContainerID: string }[]
  images: FakeImage[]
}

const strangers: Record<string, string> = { [LABELS.session]: 'another' }

/** What the engine has when a test begins. */
function population(): Population {
  return {
    containers: [
      {
        Id: OWN,
        Names: [`/front-${SESSION}`, '/web', '/other/alias'],
        Labels: { ...SESSION_LABELS, [LABELS.step]: 'front' },
        ImageID: OWN_IMAGE,
        State: 'running',
        Mounts: [{ Type: 'volume', Name: ANONYMOUS }, { Type: 'bind' }],
      },
      { Id: FOREIGN, Names: ['/theirs'], Labels: strangers, ImageID: FOREIGN_IMAGE, State: 'running', Mounts: [{ Type: 'volume', Name: 'secrets' }] },
    ],
    networks: [
      { Id: OWN_NET, Name: 'net', Labels: SESSION_LABELS, IPAM: { Config: [{ Gateway: '172.30.0.1' }, { Gateway: 'fd00::1/64' }, {}] } },
      { Id: FOREIGN_NET, Name: 'lan', Labels: strangers, IPAM: { Config: [{ Gateway: '172.31.0.1' }] } },
    ],
    volumes: [{ Name: 'data', Labels: SESSION_LABELS }, { Name: 'secrets', Labels: strangers }],
    execs: [{ ID: OWN_EXEC, ContainerID: OWN }, { ID: FOREIGN_EXEC, ContainerID: FOREIGN }],
    images: [
      { Id: OWN_IMAGE, RepoTags: ['mine:1'], RepoDigests: [], Config: { Labels: SESSION_LABELS, ExposedPorts: { '80/tcp': {} } } },
      { Id: FOREIGN_IMAGE, RepoTags: ['demo:1', 'demo:2'], RepoDigests: [], Config: { Labels: null, ExposedPorts: null } },
      { Id: OWN_DANGLING, RepoTags: [], RepoDigests: [], Config: { Labels: SESSION_LABELS } },
      { Id: FOREIGN_DANGLING, RepoTags: null, RepoDigests: null, Config: {} },
    ],
  }
}

/** An engine in memory, which notes what it is asked. */
export interface FakeEngine extends Engine {
  asked: Call[]
  has: Population
}

/** An engine that has what {@link population} says, and its newest version of the API. */
export function fakeEngine(newest = '1.51', buildKit = false): FakeEngine {
  const has = population()
  const asked: Call[] = []

  function answer({ method, segments, query = [], body }: Call): { status: number, body: unknown } {
    const path = `${method} /${segments.join('/')}`
    const { label = {} } = JSON.parse(query.find(([name]) => name === 'filters')?.[1] ?? '{}') as { label?: Record<string, boolean> }
    const wanted = Object.keys(label).map(text => text.split('='))
    const listed = <T extends Labelled>(objects: T[]): T[] =>
      objects.filter(({ Labels }) => wanted.every(([key, value]) => Labels[key!] === value))
    const one = <T>(object: T | undefined): { status: number, body: unknown } => object ? { status: 200, body: object } : { status: 404, body: { message: 'not there' } }
    if (path === 'GET /containers/json')
      return { status: 200, body: listed(has.containers) }
    if (path === 'GET /images/json')
      return { status: 200, body: has.images }
    if (path === 'GET /networks')
      return { status: 200, body: listed(has.networks) }
    if (path === 'GET /volumes')
      return { status: 200, body: { Volumes: listed(has.volumes) } }
    if (path === 'POST /volumes/create') {
      has.volumes.push(body as { Name: string, Labels: Record<string, string> })
      return { status: 201, body }
    }
    if (method === 'DELETE' && segments[0] === 'images') {
      const ref = segments.slice(1).join('/')
      const image = one(has.images.find(({ Id, RepoTags }) => Id.startsWith(`sha256:${ref}`) || RepoTags?.includes(ref)))
      return ref === IN_USE ? { status: 409, body: { message: 'in use' } } : image
    }
    const [, kind, ref = ''] = /^GET \/(exec|images|volumes)\/(.+?)(?:\/json)?$/.exec(path) ?? []
    if (kind === 'exec')
      return one(has.execs.find(({ ID }) => ID === ref))
    if (kind === 'volumes')
      return one(has.volumes.find(({ Name }) => Name === ref))
    if (kind === 'images')
      return one(has.images.find(({ Id, RepoTags, RepoDigests }) => Id === ref || Id.startsWith(`sha256:${ref}`) || RepoTags?.includes(ref) || RepoDigests?.includes(ref)))
    throw new Error(`the fake engine knows no ${path}`)
  }

  return {
    asked,
    has,
    version: async () => newest,
    buildKit: async () => buildKit,
    async ask(call) {
      asked.push(call)
      return { headers: {}, ...answer(call) }
    },
    open: () => Promise.reject(new Error('nothing is sent on while a request is judged')),
    close: () => {},
  }
}

/** What the guard made of a request: the refusal's status and message, or what it does instead. */
export interface Judged extends Partial<Forward> {
  status: number
  message: string
  version?: string
  reply?: unknown
}

export interface TestGuard {
  session: GuardSession
  engine: FakeEngine
  judge: (method: string, url: string, body?: unknown, headers?: IncomingHttpHeaders) => Promise<Judged>
}

export interface GuardOptions {
  grants?: string[]
  step?: string
  deckDir?: string
  privateDir?: string
  socket?: string
  elsewhere?: boolean
  /** The engine's newest version of the API. */
  newest?: string
  /** Whether the engine has BuildKit. */
  buildKit?: boolean
}

/**
 * A guard before an engine that holds things of the session and of a stranger. Nothing of it touches a disk or a
 * socket.
 */
export function createGuard(options: GuardOptions = {}): TestGuard {
  const { grants = [], step = 'one', deckDir = '/no/deck', privateDir = '/no/folder', newest = '1.51', buildKit = false, elsewhere = false } = options
  const engine = fakeEngine(newest, buildKit)
  const config = {
    sessionId: SESSION,
    deckDir,
    privateDir,
    settings: settingsSchema.parse({ grants }),
    labels: SESSION_LABELS,
  }
  const session = createGuardSession(config, { url: `unix://${options.socket ?? '/no/engine.sock'}`, elsewhere }, { engine, subnets: () => TAKEN_SUBNETS })

  async function judge(
    method: string,
    url: string,
    body?: unknown,
    headers: IncomingHttpHeaders = {},
  ): Promise<Judged> {
    const stream = Readable.from(body === undefined ? [] : [bytesOf(body)])
    try {
      const { verdict, version } = await judgeRequest({ method, url, headers }, stream, session, step)
      return 'segments' in verdict
        ? { status: 0, message: '', version, ...verdict }
        : { status: verdict.status, message: '', version, reply: (verdict as Reply).body }
    }
    catch (error) {
      if (!(error instanceof Refusal))
        throw error
      return { status: error.status, message: error.message }
    }
  }
  return { session, engine, judge }
}

function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Values of a kind that a field takes, and some that are of none. */
export interface Kind { good: unknown[], bad: unknown[] }

/** Kinds of values by the name of their rule. */
export const KINDS = {
  text: { good: ['x', ''], bad: [1, true, ['x'], {}, 'a\0b'] },
  flag: { good: [true, false], bad: [1, 0, 'true', [], {}] },
  integer: { good: [0, 7, -1], bad: ['1', 1.5, true, [], 2 ** 60] },
  count: { good: [0, 7], bad: ['1', 1.5, true] },
  texts: { good: [[], ['x', 'y']], bad: ['x', [1], {}, ['a\0b']] },
  integers: { good: [[24, 80]], bad: [7, ['7'], {}] },
  words: { good: ['ls -l', ['ls', '-l'], []], bad: [7, [1], {}] },
  map: { good: [{}, { a: 'b' }], bad: ['x', [], { a: 1 }] },
  set: { good: [{}, { '80/tcp': {} }], bad: ['x', ['80/tcp'], { '80/tcp': [] }] },
} satisfies Record<string, Kind>

/** Values that every engine takes for a field's absence. */
export const EMPTY: unknown[] = [null, false, 0, '', [], {}]
