import type { Deck } from '../../deck/deck.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { StepError } from '../../protocol/error.ts'
import { flavourEnv } from '../../protocol/flavour.ts'
import { slidevBin } from '../slidev/slidev.ts'

/**
 * Makes the site for the audience's own devices in the folder `target`; gives way to the talk. Throws StepError with
 * Slidev's own words where it fails.
 */
export async function buildRemoteSite(deck: Deck, target: string, signal: AbortSignal): Promise<void> {
  const args = ['build', deck.file, '--out', target, '--base', './', '--router-mode', 'hash', '--without-notes']
  const child = spawn(process.execPath, [slidevBin(deck.dir), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', ...flavourEnv('remote') },
    signal,
  })
  try {
    setPriority(child.pid!, constants.priority.PRIORITY_BELOW_NORMAL)
  }
  catch {
    // It then only competes with the talk.
  }
  const [[code], said] = await Promise.all([once(child, 'close') as Promise<[number | null]>, text(child.stderr), text(child.stdout)])
  if (code !== 0)
    throw new StepError('command-failed', `the slides for remote viewers could not be made: ${lastWords(said)}`, 'See what it says: kamishibai build')
}

/** The end of what a program wrote. */
function lastWords(said: string): string {
  return said.trim().split('\n').slice(-5).join(' ')
}
