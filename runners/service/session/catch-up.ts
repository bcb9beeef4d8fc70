import type { Deck } from '../../deck/deck.ts'
import type { Step } from '../../protocol/step.ts'
import type { Run } from '../run/types.ts'
import type { Pace } from './pace.ts'
import type { Runs } from './runs.ts'
import { isPassed } from '../../protocol/event.ts'

/** What catching up works on. */
export interface CatchUpWorld {
  deck: Deck
  pace: Pace
  runs: Pick<Runs, 'lastOf' | 'canRunLive' | 'start'>
}

/**
 * Runs a step live once more, in the background, whose recording was taken for a failed run and that a step still to
 * come needs: when the talk has left its slide, so that nobody sees it. Where it fails again, its recording is shown
 * as before, and the step that needs it will say so. Returns what ends it.
 */
export function keepCaughtUp({ deck, pace, runs: { lastOf, canRunLive, start } }: CatchUpWorld): () => void {
  /** Numbers of the recordings for which it was tried. */
  const tried = new Set<number>()

  function isDue({ step, info, log }: Run): boolean {
    return info.mode === 'replay' && !!info.fallback && !tried.has(info.n) && isPassed(log.state.phase)
      && !step.slides.includes(pace.slide!) && isAwaited(step) && canRunLive(step)
  }

  /** Whether a step that has not passed live needs this one. */
  function isAwaited({ id }: Step): boolean {
    return deck.steps.some((step) => {
      const last = lastOf.get(step.id)
      return step.needs.includes(id) && !(last?.info.mode === 'live' && isPassed(last.log.state.phase))
    })
  }

  async function catchUp({ step, info }: Run): Promise<void> {
    tried.add(info.n)
    const again = start(step.id, { background: true })
    const { phase } = await again.moment
    if (isPassed(phase))
      return
    await again.over
    const last = lastOf.get(step.id)!
    tried.add(last === again ? start(step.id, { replay: true }).info.n : last.info.n)
  }

  return pace.subscribe(() => {
    for (const run of [...lastOf.values()].filter(isDue))
      void catchUp(run)
  })
}
