import type { Deck } from '../../deck/deck.ts'
import type { KeptBuild } from '../../service/store/builds.ts'
import process from 'node:process'
import { confirm } from '@clack/prompts'
import { StepError } from '../../protocol/error.ts'
import { say } from '../io/say.ts'
import { unlessEnded } from '../process/ending.ts'
import { createWaiting } from '../process/waiting.ts'
import { builtOf } from './built.ts'

/**
 * The build of a deck for its talk, made now where there is none of the deck as it is. Where it cannot be made, the
 * last good one is offered, or taken where nobody can be asked. Throws StepError where there is none.
 */
export async function readyBuild(deck: Deck): Promise<KeptBuild> {
  const waiting = createWaiting()
  const made = await unlessEnded(signal => builtOf(deck, {
    flavour: 'stage',
    signal,
    onBuilding({ done, total }) {
      if (done !== undefined)
        waiting.tell('The slides are being built …', ...process.stderr.isTTY ? [done, total] : [])
    },
  })).finally(waiting.end)
  if (!('error' in made)) {
    for (const { url, reason } of made.missing)
      say.warn(`${url} could not be fetched (${reason}): the slides load it from the internet.`)
    return made
  }
  const { error, last } = made
  if (!last)
    throw error
  say.error(`${error.message}. ${error.hint}`)
  if (!await takeLast(last))
    throw new StepError('command-failed', 'the deck could not be built', 'See what is wrong: kamishibai check')
  say.warn(`The slides are those of ${dateOf(last)}.`)
  return last
}

async function takeLast(last: KeptBuild): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    return true
  return await confirm({ message: `Present the last good build, of ${dateOf(last)}?`, output: process.stderr }) === true
}

const dateOf = ({ at }: KeptBuild): string => new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
