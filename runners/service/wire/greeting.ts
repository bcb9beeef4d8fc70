import type { ClientMessage } from '../../protocol/wire.ts'
import type { Run } from '../run/types.ts'
import type { Session } from '../session/session.ts'
import type { Cursors, Send } from './cursors.ts'

/** What a tab hears of the session besides its logs. */
export interface Greeting {
  /** Tells all of it, and follows every run from where the tab left off. */
  greet: (hello: Extract<ClientMessage, { type: 'hello' }>) => void
  /** Tells what changes, until the returned function is called. */
  keepTold: () => () => void
}

export function createGreeting(session: Session, send: Send, cursors: Cursors): Greeting {
  function tellSession(): void {
    const { id, deck, mode, runners, drift, forgotten } = session
    send({ type: 'session', session: id, deck: deck.name, mode, runners })
    if (drift.now.length)
      tellDrift()
    if (!forgotten.size)
      return
    cursors.forget(forgotten)
    send({ type: 'forgotten', runs: [...forgotten] })
  }

  function tellDrift(): void {
    send({ type: 'drift', steps: session.drift.now })
  }

  function tellPace(): void {
    const { slide, clicks, over, enlarged } = session.pace
    if (slide)
      send({ type: 'pace', slide, clicks, over, enlarged, spent: Object.fromEntries(session.pace.spent()) })
  }

  function tellRemote(): void {
    if (session.remote.now.state !== 'off')
      send({ type: 'remote', ...session.remote.now })
  }

  function follow(run: Run, have?: number): void {
    if (!session.forgotten.has(run.info.n))
      cursors.follow(run, have)
  }

  return {
    greet(hello) {
      tellSession()
      const known = hello.session === session.id ? hello.have : {}
      for (const run of session.runs)
        follow(run, known[run.info.n])
      tellPace()
      tellRemote()
      cursors.schedule()
    },
    keepTold() {
      const ends = [
        session.drift.subscribe(tellDrift),
        session.onChange(tellSession),
        session.pace.subscribe(tellPace),
        session.remote.subscribe(tellRemote),
        session.subscribe((run) => {
          follow(run)
          cursors.schedule()
        }),
      ]
      return () => ends.forEach(end => end())
    },
  }
}
