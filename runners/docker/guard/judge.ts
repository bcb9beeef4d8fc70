import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { Route, Verdict } from './route.ts'
import type { GuardSession, Scope } from './scope.ts'
import { LABELS } from '../../protocol/runner.ts'
import { containerRoutes } from './container-routes.ts'
import { imageRoutes } from './image-routes.ts'
import { networkRoutes } from './network-routes.ts'
import { checkQuery } from './query.ts'
import { forbidden, malformed, Refusal } from './refusal.ts'
import { findRoute } from './route.ts'
import { REFUSED_KINDS, systemRoutes } from './system-routes.ts'
import { compareVersions, OLDEST_API, parseTarget } from './target.ts'
import { volumeRoutes } from './volume-routes.ts'

/** The whole of the API that a step may use: an allow-list. */
const ROUTES: readonly Route[] = [
  ...systemRoutes,
  ...containerRoutes,
  ...imageRoutes,
  ...networkRoutes,
  ...volumeRoutes,
]

/** The largest body that is read as JSON, in bytes. */
const LARGEST_JSON = 4 * 1024 * 1024

/** The head of a request, as Node reads it. */
export type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** What becomes of a request, and the version of the API in which the engine is asked. */
export interface Judgement { verdict: Verdict, version: string }

/** Decides what becomes of a request; throws a {@link Refusal}. */
export async function judgeRequest(
  { method = '', url = '', headers }: RequestHead,
  body: Readable,
  session: GuardSession,
  step: string,
): Promise<Judgement> {
  const target = parseTarget(url)
  const { segments, query } = target
  const scope: Scope = { ...session, step, stepLabels: { ...session.labels, [LABELS.step]: step } }
  const found = findRoute(ROUTES, method, segments)
  if (!found)
    throw unknown(method, segments, step)
  const { route, ref } = found
  const params = checkQuery(query, route.query ?? [], step)
  const version = await versionFor(target.version, session)
  const verdict = await route.handle({ scope, ref, params, headers, json: () => readBody(body, headers), stream: body })
  return { verdict, version }
}

function unknown(method: string, segments: string[], step: string): Refusal {
  const kind = [segments[0], segments[2]].find(part => part && Object.hasOwn(REFUSED_KINDS, part))
  return forbidden(kind ? REFUSED_KINDS[kind]! : `${method} /${segments.join('/')}, an endpoint which it does not know`, `unguarded:${step}`)
}

async function versionFor(asked: string | undefined, { engine }: GuardSession): Promise<string> {
  const newest = await engine.version()
  if (!asked)
    return newest
  if (compareVersions(asked, OLDEST_API) < 0)
    throw malformed(`client version ${asked} is too old. Minimum supported API version is ${OLDEST_API}, please upgrade your client to a newer version`)
  if (compareVersions(asked, newest) > 0)
    throw malformed(`client version ${asked} is too new. Maximum supported API version is ${newest}`)
  return asked
}

async function readBody(body: Readable, headers: IncomingMessage['headers']): Promise<unknown> {
  if (headers['content-encoding'])
    throw malformed('the body is encoded')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > LARGEST_JSON)
      throw new Refusal(413, 'the body is too large')
  }
  if (!size)
    return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks))) as unknown
  }
  catch (error) {
    throw malformed(`the body is no JSON: ${(error as Error).message}`)
  }
}
