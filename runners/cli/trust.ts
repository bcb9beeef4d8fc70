import type { Deck } from '../deck/deck.ts'
import process from 'node:process'
import { confirm, isCancel } from '@clack/prompts'
import { escapeDeceiving } from '../deck/escape.ts'
import { parseDeck } from '../deck/parse.ts'
import { StepError } from '../protocol/error.ts'
import { approve, readTrust } from '../service/trust.ts'
import { formatTrust, summarize } from './trust-text.ts'

/** How the user stands to a deck; `unasked` where there is no terminal to ask at. */
export type Trust = 'trusted' | 'declined' | 'unasked'

const INTERRUPTED = 130

/**
 * Whether the steps of a deck may run here: by `--trust`, by an earlier approval of exactly these files, or by the
 * user's answer to the plan, where "no" has the words `no`. Throws StepError where the deck changed while the question stood.
 */
export async function askTrust(deck: Deck, { trust = false, no = 'No' }: { trust?: boolean, no?: string }): Promise<Trust> {
  if (trust)
    return 'trusted'
  const output = terminalOf()
  const before = await readTrust(deck, process.env)
  if (before.approved)
    return 'trusted'
  if (!output)
    return 'unasked'
  const name = escapeDeceiving(`${deck.name}.md`)
  const about = before.changes ? `${name} has changed since you approved it.` : `You have not approved ${name} yet. This is what it can do on this machine:`
  output.write(`\n${about}\n\n${formatTrust(before, output)}\n`)
  const answer = await confirm({ message: `Run ${name} on this machine? ${summarize(before)}`, inactive: no, initialValue: false, output })
  // Nothing has been started that would have to be ended.
  if (isCancel(answer))
    process.exit(INTERRUPTED)
  if (!answer)
    return 'declined'
  // What was shown is what is approved.
  const after = await readTrust(await parseDeck(deck.file), process.env)
  if (after.hash !== before.hash || after.plan.hash !== before.plan.hash)
    throw new StepError('not-allowed', `${name} changed while the question stood`, 'Start again to see what it does now.')
  await approve(after, process.env)
  return 'trusted'
}

/** The terminal to ask at; standard output may carry a report. */
function terminalOf(): NodeJS.WriteStream | undefined {
  return process.stdin.isTTY ? [process.stderr, process.stdout].find(stream => stream.isTTY) : undefined
}
