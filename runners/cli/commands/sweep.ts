import type { Deck } from '../../deck/deck.ts'
import type { Removed } from '../../protocol/sweep.ts'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { escapeDeceiving } from '../../deck/escape.ts'
import { runnersOf } from '../../service/session/engine-needs.ts'
import { sweepDead } from '../../service/sweep/sweep.ts'
import { say } from '../io/say.ts'

/** How long a start waits for what earlier sessions left, in ms. */
const LONGEST_WAIT = 5000

export interface SweepCommand { dryRun: boolean, json: boolean }

/**
 * `kamishibai sweep`: removes what dead sessions left; resolves with the exit code, 1 if something is known to be
 * left.
 */
export async function sweep({ dryRun, json }: SweepCommand): Promise<number> {
  const { removed, kept, unreachable } = await sweepDead({ env: process.env, dryRun, runners: ['docker', 'kubernetes'] })
  if (json) {
    process.stdout.write(`${JSON.stringify({ removed, kept, unreachable }, null, 2)}\n`)
  }
  else {
    const line = (what: string, kind: string, name: string, rest: string): string => `${what}  ${kind.padEnd(9)}  ${escapeDeceiving(name)}  (${escapeDeceiving(rest)})\n`
    for (const { kind, name, session, reason } of removed)
      process.stdout.write(line(dryRun ? 'would remove' : 'removed', kind, name, `session ${session}${reason ? `: ${reason}` : ''}`))
    for (const { kind, name, reason } of kept)
      process.stdout.write(line('kept', kind, name, reason))
    if (!removed.length)
      process.stdout.write(`${unreachable.length ? 'Nothing was removed.' : 'No earlier session has left anything.'}\n`)
  }
  for (const { runner, message, sessions } of unreachable) {
    // Most machines have no cluster: that is worth no words.
    if (sessions.length)
      say.warn(`${runner}: ${message}. Session ${sessions.join(', ')} may have left something there, which stays: start it, then sweep again.`)
    else if (runner === 'docker')
      say.warn(`${runner}: ${message}. What was left there, if anything, stays.`)
  }
  return unreachable.some(({ sessions }) => sessions.length) ? 1 : 0
}

/**
 * Removes what dead sessions left on the engines that `deck` uses; told in one line, if there was anything. What takes
 * long, as a namespace may, goes on beside the talk.
 */
export async function sweepEarlier(deck: Deck): Promise<void> {
  const sweeping = sweepDead({ env: process.env, runners: ['docker', ...runnersOf(deck)] }).then(({ removed }) => {
    const things = removed.filter(({ kind }) => kind !== 'folder')
    if (things.length)
      say.info(`Removed what an earlier session left when it was cut off: ${countKinds(things)}.`)
  }, () => {})
  await Promise.race([sweeping, delay(LONGEST_WAIT, undefined, { ref: false })])
}

/** Says what becomes of things that could not be removed. */
export function tellEnd(clean: boolean): void {
  if (!clean)
    say.warn('Not everything that the session created could be removed. A watchdog goes on trying for ten minutes; after that: kamishibai sweep')
}

/** What was removed, in a few words: `2 containers, 1 network`. */
export function countKinds(removed: Removed[]): string {
  const counts = Map.groupBy(removed, ({ kind }) => kind)
  return [...counts].map(([kind, { length }]) => `${length} ${length === 1 ? kind : kind === 'process' ? 'processes' : `${kind}s`}`).join(', ')
}
