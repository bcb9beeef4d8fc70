import type { Server } from 'node:http'
import type { Deck } from '../deck/deck.ts'
import type { Session } from './session.ts'
import { createHash, randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { LABELS } from '../protocol/runner.ts'
import { ownerId } from './owner.ts'
import { attachSocket } from './server.ts'
import { createSession } from './session.ts'
import { readRecording } from './store.ts'
import { createToken } from './token.ts'

export interface ServiceOptions {
  deck: Deck
  /** `auto`: live where an engine answers, else replay. */
  mode: 'auto' | 'live' | 'replay'
  /** Whether the presenter trusts the deck; without, everything is replayed. */
  live: boolean
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
  /** Ends the session and removes what it created. */
  close: () => Promise<void>
}

/** Probes the engines and opens a session for the deck. */
export async function createService({ deck, mode, live, env = process.env, token = createToken() }: ServiceOptions): Promise<Service> {
  const sessionId = randomUUID().slice(0, 8)
  const session = await createSession({
    deck,
    mode: live ? mode : 'replay',
    load: stepId => readRecording(deck, stepId),
    config: {
      sessionId,
      deckDir: deck.dir,
      privateDir: join(tmpdir(), `kamishibai-${sessionId}`),
      settings: deck.settings,
      env,
      labels: {
        [LABELS.session]: sessionId,
        [LABELS.deck]: createHash('sha256').update(deck.file).digest('hex').slice(0, 12),
        [LABELS.owner]: ownerId(),
      },
    },
  })
  const closers: (() => void)[] = []
  return {
    session,
    token,
    attach: server => void closers.push(attachSocket(server, session, token)),
    async close() {
      await session.close()
      closers.forEach(close => close())
    },
  }
}
