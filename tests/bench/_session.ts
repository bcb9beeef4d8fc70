import type { Runner } from '../../runners/protocol/runner.ts'
import type { RunnerName } from '../../runners/protocol/step.ts'
import type { Session } from '../../runners/service/session/session.ts'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import process from 'node:process'
import { parseDeck } from '../../runners/deck/parse.ts'
import { LABELS } from '../../runners/protocol/runner.ts'
import { loadRunner } from '../../runners/service/session/registry.ts'
import { createSession } from '../../runners/service/session/session.ts'
import { ownerId } from '../../runners/service/sweep/owner.ts'
import { writeDeck } from './_deck.ts'

export const IMAGE = 'kamishibai/demo:1'

/** A live session of a deck with these slides, without a page; `runners` holds what the deck needs. */
export async function openSession(
  dir: string,
  slides: string,
  dockerHost?: string,
): Promise<{ session: Session, runners: Map<RunnerName, Runner> }> {
  const deck = await parseDeck(await writeDeck(dir, slides))
  const sessionId = randomUUID().slice(0, 8)
  const runners = new Map<RunnerName, Runner>()
  const session = await createSession({
    deck,
    mode: 'live',
    load: async () => undefined,
    loadRunner: async (name, config) => {
      const runner = await loadRunner(name, config)
      runners.set(name, runner)
      return runner
    },
    config: {
      sessionId,
      deckDir: dir,
      privateDir: join(dir, 'private'),
      settings: deck.settings,
      env: { ...process.env, ...(dockerHost && { DOCKER_HOST: dockerHost }) },
      labels: { [LABELS.session]: sessionId, [LABELS.deck]: 'bench', [LABELS.owner]: ownerId() },
    },
  })
  return { session, runners }
}
