import type { Deck } from '../../deck/deck.ts'
import type { DeckChange } from '../../protocol/wire.ts'
import type { Session } from '../../service/session/session.ts'
import type { KeptBuild } from '../../service/store/builds.ts'
import type { FileChange } from '../../service/trust/watch.ts'
import { driftOf } from '../../deck/drift.ts'
import { escapeDeceiving } from '../../deck/escape.ts'
import { watchDeck } from '../../service/trust/watch.ts'
import { beyondApproval } from '../edit/beyond.ts'

/** What taking a change needs from the command that presents. */
export interface TakingOptions {
  session: Session
  /** The deck as it is on disk now. */
  read: () => Promise<Deck>
  /** Whether its steps may run as they are now. */
  approve: (deck: Deck) => Promise<boolean>
  build: (deck: Deck) => Promise<KeptBuild>
  /** Serves what was built. */
  show: (build: KeptBuild) => Promise<void>
  tell: { info: (line: string) => void, warn: (line: string) => void }
}

/** What came of looking at the deck on disk. */
type Change = Pick<DeckChange, 'state' | 'steps'>

/**
 * Tells the presenter of a talk what changes on disk. Asked to take it, this approves and builds the deck while the
 * talk goes on, and the windows load the new pages. Service, runs and what they made stay. Returns what ends it.
 */
export async function takeChanges(options: TakingOptions): Promise<() => void> {
  const { session, read, tell } = options
  let unwatch = await watch()
  let busy = false

  async function watch(): Promise<() => void> {
    // Amid a save, a deck may be gone for a moment.
    return watchDeck(session.deck, change => void onChange(change).catch((error: Error) => tell.warn(error.message)))
  }

  async function onChange({ name, used }: FileChange): Promise<void> {
    const { state, steps } = busy ? session.change.now : await look()
    const file = escapeDeceiving(name)
    if (state === 'none')
      return tell.info(`${file} has changed; the talk shows what is on disk.`)
    const differ = steps.length ? `: ${steps.length === 1 ? '1 step differs' : `${steps.length} steps differ`} (${steps.join(', ')})` : ''
    const read = used ? ' Steps that read it when they run read what it says now.' : ''
    tell.warn(`${file} has changed${differ}.${read} To take the change, press u in the presenter's view.`)
  }

  async function look(): Promise<Change> {
    const next = await read()
    const steps = driftOf(session.deck, next)
    const change: Change = { state: next.hash === session.deck.hash && !steps.length ? 'none' : 'changed', steps }
    session.change.set(change)
    return change
  }

  async function take(): Promise<void> {
    const next = await read()
    const { state, steps } = await look()
    if (state === 'none')
      return
    const beyond = beyondApproval(session.deck, next)
    if (beyond.length)
      return fail(steps, `it wants more than you approved (${beyond.map(escapeDeceiving).join(', ')}). End the talk and start it again.`)
    if (steps.length) {
      session.change.set({ state: 'asking', steps })
      if (!await options.approve(next))
        return void session.change.set({ state: 'changed', steps })
    }
    session.change.set({ state: 'building', steps })
    const built = await options.build(next)
    await session.take(next)
    await options.show(built)
    unwatch()
    unwatch = await watch()
    // Somebody may have saved while it was built.
    await look()
    tell.info(`${next.name}.md is presented with the change.`)
  }

  function fail(steps: string[], reason: string): void {
    session.change.set({ state: 'failed', steps, reason })
    tell.warn(`The change is not taken: ${reason}`)
  }

  const unheard = session.onTakeAsked(() => {
    if (busy)
      return
    busy = true
    take().catch((error: Error) => fail(session.change.now.steps, error.message)).finally(() => busy = false)
  })

  return () => {
    unheard()
    unwatch()
  }
}
