import type { Sweep } from './sweep.ts'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { readNote } from './folders.ts'
import { sweepSession } from './sweep.ts'

/** How long nothing new may come up before all is over, in ms: an engine may still be making what it was asked for. */
const QUIET = 1500
/** Between two looks, in ms: at first, and at most while an engine does not answer. */
const PAUSE = { first: 100, longest: 2000 }
/** How long an engine may stay away, in ms. */
const PATIENCE = 10 * 60_000

/**
 * Removes what the session left, and what comes up while the last requests of the killed service are carried out;
 * waits for an engine that is away. False if it gave up: the next start finds the session's folder.
 */
export async function sweepAfter(session: string, path: string): Promise<boolean> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {})
  // Removed with the folder, and needed until the end.
  const note = await readNote(path)
  const end = Date.now() + PATIENCE
  let quietSince = Date.now()
  let pause = PAUSE.first
  while (Date.now() < end) {
    const sweep = sweepSession({ session, path, note }, { env: process.env, runners: [] })
    const { removed, kept, unreachable } = await sweep
      .catch((): Sweep => ({ removed: [], kept: [], unreachable: [] }))
    const away = unreachable.some(({ sessions }) => sessions.includes(session))
    if (away || removed.some(({ kind }) => kind !== 'folder'))
      quietSince = Date.now()
    else if (Date.now() - quietSince > QUIET)
      return kept.length === 0
    pause = away ? Math.min(pause * 2, PAUSE.longest) : PAUSE.first
    await delay(pause)
  }
  return false
}
