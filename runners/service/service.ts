import type { Server } from 'node:http'
import type { Deck } from '../deck/deck.ts'
import type { RunnerConfig } from '../protocol/runner.ts'
import type { Session } from './session/session.ts'
import { createHash, randomUUID } from 'node:crypto'
import process from 'node:process'
import { LABELS } from '../protocol/runner.ts'
import { RUNNER_NAMES } from '../protocol/step.ts'
import { dockerProxies } from './session/docker-proxies.ts'
import { runnersOf } from './session/engine-needs.ts'
import { createSession } from './session/session.ts'
import { readDrawings } from './store/drawings.ts'
import { keepRuns } from './store/kept.ts'
import { readRecording } from './store/recordings.ts'
import { openFolder, privateDirOf } from './sweep/folders.ts'
import { ownerId } from './sweep/owner.ts'
import { startWatchdog } from './sweep/watchdog.ts'
import { standingOf } from './trust/cluster.ts'
import { createToken } from './wire/token.ts'
import { attachSocket } from './wire/viewer.ts'

/** How often the engines are asked how they are, in ms. */
const HEALTH_INTERVAL = 10_000

export interface ServiceOptions {
  deck: Deck
  /** `auto`: live where an engine answers, else replay. */
  mode: 'auto' | 'live' | 'replay'
  /** Whether the presenter trusts the deck; without, everything is replayed. */
  live: boolean
  /** Whether its author changes the deck meanwhile: its steps may come to need any engine. @default false */
  edit?: boolean
  /** Whether any cluster will do that a context leads to; else those that the user has approved. @default false */
  anyCluster?: boolean
  /** @default process.env */
  env?: Record<string, string | undefined>
  /** @default a new one */
  token?: string
}

/** The runner service of one deck. */
export interface Service {
  session: Session
  /** The driver token: who has it may run steps. */
  token: string
  /** Answers our WebSocket on `server`; the gate must already stand before it. */
  attach: (server: Server) => void
  /**
   * Ends the session and removes what it created; false where something may be left, which the watchdog then removes.
   */
  close: () => Promise<boolean>
}

/** Probes the engines and opens a session for the deck. */
export async function createService(
  { deck, mode, live, edit = false, anyCluster = false, env = process.env, token = createToken() }: ServiceOptions,
): Promise<Service> {
  const sessionId = randomUUID().slice(0, 8)
  const config: RunnerConfig = {
    sessionId,
    deckDir: deck.dir,
    privateDir: privateDirOf(sessionId),
    lang: deck.lang,
    settings: deck.settings,
    measured: edit ? ['*'] : deck.measured,
    env,
    proxies: dockerProxies(env),
    ...!anyCluster && { standingOf: cluster => standingOf(cluster, env) },
    labels: {
      [LABELS.session]: sessionId,
      [LABELS.deck]: createHash('sha256').update(deck.file).digest('hex').slice(0, 12),
      [LABELS.owner]: ownerId(),
    },
  }
  // Before anything is made that it would have to remove.
  const watchdog = live && mode !== 'replay'
    ? startWatchdog({ session: sessionId, privateDir: config.privateDir, env })
    : undefined
  await openFolder(config, edit ? RUNNER_NAMES : runnersOf(deck))
  const session = await createSession({
    deck,
    drawings: deck.drawings && await readDrawings(deck.drawings),
    mode: live ? mode : 'replay',
    load: stepId => readRecording(deck, stepId),
    config,
  }).catch((error) => {
    watchdog?.abandon()
    throw error
  })
  keepRuns(session)
  const closers: (() => void)[] = [watchHealth(session)]
  return {
    session,
    token,
    attach: server => void closers.push(attachSocket(server, session, token)),
    async close() {
      const clean = await session.close()
      if (clean)
        watchdog?.release()
      else
        watchdog?.abandon()
      closers.forEach(close => close())
      return clean
    },
  }
}

/** Keeps the presenter told how the engines are, one question at a time. Returns what ends it. */
export function watchHealth(session: Pick<Session, 'checkHealth'>, interval = HEALTH_INTERVAL): () => void {
  let timer: NodeJS.Timeout
  let ended = false
  const ask = async (): Promise<void> => {
    await session.checkHealth().catch(() => {})
    if (!ended)
      timer = setTimeout(ask, interval).unref()
  }
  timer = setTimeout(ask, interval).unref()
  return () => {
    ended = true
    clearTimeout(timer)
  }
}
