import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RunnerConfig } from '../../protocol/runner.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Engine } from './engine.ts'
import type { GuardSession } from './scope.ts'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseSize } from '../../protocol/headmatter.ts'
import { socketOf } from '../endpoint.ts'
import { createGrants } from '../grants.ts'
import { takenSubnets } from '../subnets.ts'
import { NO_BUILDKIT } from './build.ts'
import { createBuilds } from './buildkit/builds.ts'
import { createEngine } from './engine.ts'
import { judgeRequest } from './judge.ts'
import { createObjects } from './objects.ts'
import { forbidden, malformed, toRefusal } from './refusal.ts'
import { relay, sendJson } from './relay.ts'
import { createTags, TAGS_FILE } from './tags.ts'
import { headerLines, tunnel } from './tunnel.ts'

/** What a guard needs to know of its session. */
export type GuardConfig = Pick<RunnerConfig, 'sessionId' | 'deckDir' | 'privateDir' | 'settings' | 'labels'>

/** What the guards of all shells of a session share. */
export function createGuardSession(
  { sessionId, deckDir, privateDir, settings, labels }: GuardConfig,
  endpoint: Endpoint,
  { engine = createEngine(endpoint), subnets = takenSubnets }: { engine?: Engine, subnets?: () => string[] } = {},
): GuardSession {
  const { memory, cpus, pids } = settings.limits
  return {
    id: sessionId,
    labels,
    deckDir,
    privateDir,
    takenSubnets: endpoint.elsewhere ? () => [] : subnets,
    limits: { memory: parseSize(memory), cpus, pids },
    grants: createGrants(settings.grants),
    socket: socketOf(endpoint),
    elsewhere: endpoint.elsewhere ?? false,
    engine,
    objects: createObjects(engine, sessionId),
    tags: createTags(engine, sessionId, join(privateDir, TAGS_FILE)),
    builds: createBuilds(),
  }
}

export interface GuardOptions {
  session: GuardSession
  /** Path of the unix socket to listen on, in a folder only the user can enter. */
  path: string
  /** The step that runs in the shell now. */
  step: () => string
}

/** A running guard. */
export interface Guard { close: () => Promise<void> }

/** Listens on a unix socket, and lets through to the engine what a step may do there. */
export async function openGuard({ session, path, step }: GuardOptions): Promise<Guard> {
  rmSync(path, { force: true })
  const tunnels = new Set<Duplex>()
  // An upload, or a log that is followed, may take as long as it wants.
  const server = createServer(
    { keepAliveTimeout: 60_000, requestTimeout: 0, maxHeaderSize: 65_536 },
    (request, response) => {
      judgeRequest(request, request, session, step())
        .then(({ verdict, version }) => relay(verdict, version, session.engine, request, response))
        .catch((error: unknown) => {
          if (response.headersSent)
            return void response.destroy()
          const { status, message } = toRefusal(error)
          sendJson(response, status, { message })
        })
        // What was not read would stand before the next request.
        .finally(() => request.resume())
    },
  )

  server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    tunnels.add(client)
    client.on('close', () => tunnels.delete(client))
    client.on('error', () => client.destroy())
    tunnel(request, client, head, session, step()).catch((error: unknown) => refuseRaw(client, toRefusal(error)))
  })

  server.on('clientError', (error: Error & { rawPacket?: Buffer }, client: Duplex) => {
    const http2 = error.rawPacket?.subarray(0, 14).toString() === 'PRI * HTTP/2.0'
    refuseRaw(client, http2 ? forbidden(NO_BUILDKIT, `unguarded:${step()}`) : malformed(`this is no request: ${error.message}`))
  })

  server.listen(path)
  await once(server, 'listening')
  return {
    async close() {
      server.close()
      server.closeAllConnections()
      tunnels.forEach(client => client.destroy())
      rmSync(path, { force: true })
    },
  }
}

/** A refusal where no response object stands for the connection. */
function refuseRaw(client: Duplex, { status, message }: ReturnType<typeof toRefusal>): void {
  if (!client.writable)
    return void client.destroy()
  const body = `${JSON.stringify({ message })}\n`
  client.end(`HTTP/1.1 ${status} Refused\r\n${headerLines({ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'connection': 'close' })}${body}`)
}
