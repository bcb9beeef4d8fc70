import type { Deck } from '../../deck/deck.ts'
import type { Problem } from '../../protocol/problem.ts'
import { basename } from 'node:path'
import process from 'node:process'
import { runnersOf } from '../../service/session/engine-needs.ts'
import { loadRunner } from '../../service/session/registry.ts'

/** How long a cluster has to answer, in ms. */
const LIMIT = 5000

/** The deck as it is for a call that names a Kubernetes context: that one counts, whatever the headmatter names. */
export function withContext(deck: Deck, context: string | undefined): Deck {
  return context === undefined ? deck : { ...deck, settings: { ...deck.settings, contexts: [context] } }
}

/** An error where the deck has steps for Kubernetes, and its context cannot be used. */
export async function contextProblem(deck: Deck): Promise<Problem | undefined> {
  if (!runnersOf(deck).has('kubernetes'))
    return undefined
  const runner = await loadRunner('kubernetes', { sessionId: '', deckDir: deck.dir, privateDir: deck.dir, settings: deck.settings, labels: {}, env: process.env })
  const probe = await runner.probe(AbortSignal.timeout(LIMIT))
  await runner.close?.()
  return probe.available ? undefined : { severity: 'error', file: basename(deck.file), line: 1, column: 1, code: 'no-context', message: probe.reason, hint: probe.hint }
}
