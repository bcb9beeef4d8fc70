import type { Deck } from '../../deck/deck.ts'
import type { StepView } from '../../protocol/step-view.ts'
import type { Author, StepChange } from '../../service/presenting.ts'
import type { Session } from '../../service/session/session.ts'
import { isDeepStrictEqual } from 'node:util'
import { driftOf } from '../../deck/drift.ts'
import { escapeDeceiving } from '../../deck/escape.ts'
import { parseDeck } from '../../deck/parse.ts'
import { touchedBy } from '../../deck/plan/step-touch.ts'
import { isFinal } from '../../protocol/event.ts'
import { toStepView } from '../../protocol/step-view.ts'
import { createListeners } from '../../service/listeners.ts'
import { beyondApproval } from './beyond.ts'

/** Tells the author what became of a change, in one line. */
export interface Tell { info: (line: string) => void, warn: (line: string) => void }

/** The author of the deck of a session: what is saved is taken over, unless it has to be asked about. */
export function createAuthor(session: Session, tell: Tell): Author {
  const onTaken = createListeners<[StepChange]>()
  let refusal: string | undefined
  let taking = Promise.resolve()

  async function take(): Promise<void> {
    const next = await parseDeck(session.deck.file)
    const before = viewsOf(session.deck)
    const why = refusalOf(session, next)
    if (why && why !== refusal)
      tell.warn(`${session.deck.name}.md: ${why}`)
    refusal = why
    if (why)
      return
    const changed = await session.take(next)
    if (changed.length)
      tell.info(`${session.deck.name}.md: ${formatTaken(changed, next)}`)
    const now = viewsOf(session.deck)
    if (isDeepStrictEqual(before, now))
      return
    const sameButCode = isDeepStrictEqual(before.map(withoutHash), now.map(withoutHash))
    onTaken.tell(sameButCode ? { type: 'code', hashes: Object.fromEntries(now.map(({ id, hash }) => [id, hash])) } : { type: 'steps' })
  }

  return {
    // One after the other, for a file may be saved again meanwhile.
    take: () => taking = taking.then(take).catch((error: Error) => tell.warn(`${session.deck.name}.md: ${error.message}`)),
    onTaken: onTaken.subscribe,
  }
}

/** Why a saved deck is not taken over; undefined where it is. */
function refusalOf(session: Session, next: Deck): string | undefined {
  const beyond = beyondApproval(session.deck, next)
  if (beyond.length)
    return `the change wants more than you approved (${beyond.map(escapeDeceiving).join(', ')}). To be asked, end this and start it again.`
  const writers = session.runs.filter(run => mayWrite(session, run)).map(run => run.step.id)
  if (writers.length && driftOf(session.deck, next).length)
    return `a step may have changed it, for ${writers.join(', ')} still ${writers.length === 1 ? 'runs' : 'run'}. Stop ${writers.length === 1 ? 'it' : 'them'}, and save again.`
  return undefined
}

/** Whether a run that goes on can write where the deck lies. */
function mayWrite({ deck }: Session, { step, info, log }: Session['runs'][number]): boolean {
  const open = step.runner === 'shell' && !deck.settings.confine
  return info.mode === 'live' && !isFinal(log.state.phase) && (open || touchedBy(step).mounts.length > 0)
}

const withoutHash = (view: StepView): StepView => ({ ...view, hash: '' })

function viewsOf({ steps }: Pick<Deck, 'steps'>): StepView[] {
  return steps.map(toStepView)
}

function formatTaken(changed: string[], { problems }: Deck): string {
  const mistakes = problems.filter(({ severity }) => severity === 'error').length
  const told = mistakes ? `; ${mistakes} ${mistakes === 1 ? 'mistake stands' : 'mistakes stand'} in the deck` : ''
  return `${changed.map(escapeDeceiving).join(', ')} as saved${told}`
}
