import type { Deck } from '../../deck/deck.ts'
import process from 'node:process'
import { StepError } from '../../protocol/error.ts'
import { isFreePort } from '../../service/free-port.ts'
import { deckPorts, portsOfDecks } from '../../service/store/address.ts'
import { say } from '../io/say.ts'
import { listenerAt } from './listener.ts'

/**
 * The port at which a deck is served: the one that was asked for, else its own, else one that is free and no other
 * deck's. Throws StepError `port-taken` where the port that was asked for belongs to another deck.
 */
export async function choosePort(
  deck: Pick<Deck, 'file'>,
  asked: number | undefined,
  own: number | undefined,
  env: Record<string, string | undefined> = process.env,
): Promise<number> {
  const decks = portsOfDecks(env)
  if (asked !== undefined) {
    const other = decks.get(asked)
    if (other !== undefined && other !== deck.file)
      throw new StepError('port-taken', `the port ${asked} belongs to the deck ${other}`, 'Leave out --port, or name another.', { params: { port: String(asked) } })
    return asked
  }
  if (own !== undefined && await isFreePort(own))
    return own
  for (const port of deckPorts()) {
    if (!decks.has(port) && await isFreePort(port)) {
      if (own !== undefined)
        say.warn(`The deck's own port ${own} is taken${await byWhom(own)}: this time the deck is served at ${port}.`)
      return port
    }
  }
  throw new StepError('port-taken', 'no port is free for the deck', 'Name one with --port.')
}

/** StepError `port-taken` that says who has the port. */
export async function portTaken(port: number): Promise<StepError> {
  const hint = 'End that program, name another port with --port, or leave --port out.'
  return new StepError('port-taken', `the port ${port} is taken${await byWhom(port)}`, hint, { params: { port: String(port) } })
}

async function byWhom(port: number): Promise<string> {
  const who = await listenerAt(port)
  return who ? ` by ${who}` : ''
}
