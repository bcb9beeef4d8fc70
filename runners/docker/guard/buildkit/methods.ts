import type { Scope } from '../scope.ts'
import type { Builds } from './builds.ts'
import type { Message } from './protobuf.ts'
import { forbidden, malformed, Refusal } from '../refusal.ts'
import { contentInfo, contentRead, historyRequest, historyUpdate, resolveImageConfig, statusRequest } from './messages.ts'
import { decode, encode, peek } from './protobuf.ts'
import { keepResult } from './result.ts'
import { judgeBridgeSolve, judgeControlSolve } from './solve.ts'

/** A call as a client makes it: one message. */
export interface Asked {
  message: Buffer
  scope: Scope
  builds: Builds
  /** The build to which a call of the bridge belongs, by the client's header. */
  build: string
}

/** What becomes of a call. */
export interface Passed {
  /** What the engine gets. */
  message: Buffer
  /** Which of the engine's messages the client gets; all by default. */
  keep?: (message: Buffer) => boolean
  /** Sees the last message of a good answer before the client does. */
  settle?: (message: Buffer | undefined) => Promise<void>
}

/** The guard's own answer: no message, or an empty one. */
export type Own = 'nothing' | 'empty'

/** A call that is judged, or answered by the guard itself. */
export type Method = ((asked: Asked) => Passed | Own | Promise<Passed | Own>) | Own

/** Carries no field that could be judged, or only names of what its build has made. */
const asIs: Method = ({ message }) => ({ message })

const CONTROL = '/moby.buildkit.v1.Control/'
const CONTENT = '/containerd.services.content.v1.Content/'
const BRIDGE = '/moby.buildkit.v1.frontend.LLBBridge/'

const empty: Method = () => ({ message: Buffer.alloc(0) })

/** A call of the bridge: what it names lies in a build that was begun here. */
function ofBuild(method: Exclude<Method, string>): Method {
  return async (asked) => {
    if (!await asked.builds.refs.comes(asked.build))
      throw malformed(`no such job ${asked.build}`)
    return method(asked)
  }
}

/** A client asks for the progress of a build beside it: of one that is refused, it need not wait for it. */
async function solve(asked: Asked): Promise<Passed> {
  try {
    return await begin(asked)
  }
  catch (error) {
    asked.builds.refs.refuse(peek(asked.message, 1)?.toString() ?? '')
    throw error
  }
}

async function begin({ message, scope, builds }: Asked): Promise<Passed> {
  const judged = await judgeControlSolve(message, scope, builds)
  if (builds.refs.has(judged.ref))
    throw malformed(`the build ${judged.ref} has begun already`)
  const settle = await keepResult(judged.tags, scope)
  builds.refs.add(judged.ref)
  return { message: judged.message, settle }
}

async function status({ message, builds: { refs } }: Asked): Promise<Passed | Own> {
  const { ref = '' } = decode(statusRequest, message, 'StatusRequest')
  if (!await refs.comes(ref as string)) {
    // The client tells the first error that it gets: it should be why the build was refused.
    if (refs.isRefused(ref as string))
      return 'nothing'
    throw malformed(`no such job ${ref as string}`)
  }
  return { message: encode(statusRequest, { ref }) }
}

/** Of the engine's builds, those of the session; what their records name may be read. */
function listenHistory({ message, builds }: Asked): Passed {
  const request = decode(historyRequest, message, 'BuildHistoryRequest')
  return {
    message: encode(historyRequest, request),
    keep(event) {
      const own = builds.refs.has(refOfEvent(event))
      if (own)
        event.toString('latin1').match(/sha256:[\da-f]{64}/g)?.forEach(digest => builds.digests.add(digest))
      return own
    },
  }
}

/** `BuildHistoryEvent.record.Ref`, whatever else stands there. */
function refOfEvent(event: Buffer): string {
  const record = peek(event, 2)
  return record ? peek(record, 1)?.toString() ?? '' : ''
}

/** Content that the record of a build names: what clients make provenance and logs of. */
function content(request: Message): Method {
  return ({ message, builds }) => {
    const asked = decode(request, message, 'the request for content')
    if (!builds.digests.has(asked.digest as string))
      throw new Refusal(404, `content ${String(asked.digest)}: not found`)
    return { message: encode(request, asked) }
  }
}

function updateHistory({ message, scope, builds }: Asked): Passed {
  const request = decode(historyUpdate, message, 'UpdateBuildHistoryRequest')
  if (!builds.refs.has(String(request.ref)))
    throw forbidden(`the build ${String(request.ref)}: it is not the session's own`, `unguarded:${scope.step}`)
  return { message: encode(historyUpdate, request) }
}

async function imageConfig({ message, scope, builds }: Asked): Promise<Passed> {
  const request = decode(resolveImageConfig, message, 'ResolveImageConfigRequest')
  if (request.sourcePolicies)
    throw forbidden('a source policy of the client', `unguarded:${scope.step}`)
  if (request.session && !await builds.sessions.comes(request.session as string))
    throw malformed(`no such session: ${request.session as string}`)
  return { message: encode(resolveImageConfig, request) }
}

/** The whole of BuildKit that a step may use: an allow-list. */
export const METHODS: Readonly<Record<string, Method>> = {
  [`${CONTROL}Solve`]: solve,
  [`${CONTROL}Status`]: status,
  [`${CONTROL}Info`]: empty,
  [`${CONTROL}ListWorkers`]: empty,
  [`${CONTROL}ListenBuildHistory`]: listenHistory,
  [`${CONTROL}UpdateBuildHistory`]: updateHistory,
  // The cache of builds is everybody's: nothing in it is the session's own.
  [`${CONTROL}DiskUsage`]: 'empty',
  [`${CONTROL}Prune`]: 'nothing',
  [`${BRIDGE}Ping`]: ofBuild(empty),
  [`${BRIDGE}Inputs`]: ofBuild(empty),
  [`${BRIDGE}Solve`]: ofBuild(async ({ message, scope, builds }) => ({ message: await judgeBridgeSolve(message, scope, builds) })),
  [`${BRIDGE}ResolveImageConfig`]: ofBuild(imageConfig),
  [`${BRIDGE}ReadFile`]: ofBuild(asIs),
  [`${BRIDGE}ReadDir`]: ofBuild(asIs),
  [`${BRIDGE}StatFile`]: ofBuild(asIs),
  [`${BRIDGE}Evaluate`]: ofBuild(asIs),
  [`${BRIDGE}Return`]: ofBuild(asIs),
  [`${BRIDGE}Warn`]: ofBuild(asIs),
  [`${CONTENT}Info`]: content(contentInfo),
  [`${CONTENT}Read`]: content(contentRead),
  // What clients measured of themselves is nobody's on a stage.
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'empty',
}
