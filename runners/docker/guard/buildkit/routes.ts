import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { Asked, Forward, Route } from '../route.ts'
import type { Scope } from '../scope.ts'
import { NO_BUILDKIT } from '../build.ts'
import { forbidden } from '../refusal.ts'
import { endGrpc } from './grpc.ts'
import { SESSION_ID, sessionHeaders } from './session-headers.ts'

/** The first client whose builds go by `/grpc`; those before send them to `/build`, past what the guard judges. */
const FIRST_CLIENT = 23

/** Whether this client builds with BuildKit here. */
export async function offersBuildKit({ engine }: Scope, headers: IncomingHttpHeaders): Promise<boolean> {
  const [, major] = /^Docker-Client\/(\d+)\./.exec(headers['user-agent'] ?? '') ?? []
  return (major === undefined || Number(major) >= FIRST_CLIENT) && engine.buildKit()
}

/** The connection as the engine is asked for it. */
async function takeOver({ scope, headers }: Asked, path: string, more: OutgoingHttpHeaders = {}): Promise<Forward> {
  if (headers.upgrade?.toLowerCase() !== 'h2c' || !await scope.engine.buildKit())
    throw forbidden(NO_BUILDKIT, `unguarded:${scope.step}`)
  return { segments: [path], hijack: true, upgrade: { upgrade: 'h2c', ...more } }
}

/** The client's own services, which the engine calls: its files and secrets. Nothing comes from the client unasked. */
async function session(asked: Asked): Promise<Forward> {
  const { headers, scope: { builds } } = asked
  const id = headers[SESSION_ID]
  const forward = await takeOver(asked, 'session', sessionHeaders(headers))
  if (typeof id === 'string')
    builds.sessions.add(id)
  return forward
}

/** BuildKit's channel. */
export const buildKitRoutes: Route[] = [
  { method: 'POST', path: '/session', handle: session },
  { method: 'POST', path: '/grpc', handle: async asked => ({
    ...await takeOver(asked, 'grpc'),
    take: (client, engine) => endGrpc(client, engine, asked.scope),
  }) },
]
