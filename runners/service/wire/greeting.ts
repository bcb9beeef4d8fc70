import type { ClientMessage } from '../../protocol/wire.ts'
import type { Run } from '../run/types.ts'
import type { Session } from '../session/session.ts'
import type { Cursors, Send } from './cursors.ts'
import { windowsChannelSchema } from '../../protocol/wire.ts'

/** What a tab hears of the session besides its logs. */
export interface Greeting {
  /** Tells all of it, and follows every run from where the tab left off. */
  greet: (hello: Extract<ClientMessage, { type: 'hello' }>) => void
  /** Tells what changes, until the returned function is called. */
  keepTold: () => () => void
}

/** The greeting of the tab `tab`. */
export function createGreeting(session: Session, send: Send, cursors: Cursors, tab: object): Greeting {
  function tellSession(): void {
    const { id, deck, mode, runners, change, build, forgotten } = session
    send({ type: 'session', session: id, deck: deck.name, mode, runners, ...build.now && { build: build.now } })
    if (change.now.state !== 'none')
      tellChange()
    if (!forgotten.size)
      return
    cursors.forget(forgotten)
    send({ type: 'forgotten', runs: [...forgotten] })
  }

  function tellChange(): void {
    send({ type: 'change', ...session.change.now })
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

  function tellWindows(): void {
    for (const channel of windowsChannelSchema.options)
      send({ type: 'windows', channel, patch: session.windows.of(channel), whole: true })
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
      tellWindows()
      tellRemote()
      cursors.schedule()
    },
    keepTold() {
      const ends = [
        session.windows.enter(),
        session.change.subscribe(tellChange),
        session.build.subscribe(tellSession),
        session.onChange(tellSession),
        session.pace.subscribe(tellPace),
        session.remote.subscribe(tellRemote),
        session.windows.subscribe(({ channel, patch, from }) => {
          if (from !== tab)
            send({ type: 'windows', channel, patch })
        }),
        session.subscribe((run) => {
          follow(run)
          cursors.schedule()
        }),
      ]
      return () => ends.forEach(end => end())
    },
  }
}
