import type { StepClient } from './stepClient.ts'
import { onSlideEnter, useIsSlideActive, useSlideContext } from '@slidev/client'
import { onMounted, onScopeDispose, watch } from 'vue'
import { isPassed } from '../../runners/protocol/event.ts'
import { whenKnown } from '../session/windowSession.ts'
import { useClient } from '../useClient.ts'
import { useStage } from '../useStage.ts'

/**
 * Starts a step by click sequence, entering, or key, in the slide and presenter views only. After a failure the next
 * press takes the recording instead of the slide's next click, but for one that comes to the step's own place.
 */
export function useTrigger(client: StepClient, element: () => HTMLElement | null): { interactive: boolean } {
  const { step, session } = client
  const { keys } = useClient()
  const { $clicksContext } = useSlideContext()
  const interactive = useStage().interactive.value
  const onSlide = useIsSlideActive()
  if (!step)
    return { interactive }

  /** In every window the same press arrives; the service takes the first. */
  function press(replay: boolean): void {
    if (!replay && keys.startRace(step!.id))
      return
    client.start({ replay, after: session.value.runs.get(step!.id)?.info.value.n ?? 0 })
  }

  const ran = (): boolean => {
    const run = session.value.runs.get(step.id)
    return !!run?.info.value.n && (client.active.value || isPassed(run.state.value.phase))
  }

  /** The step's place among the slide's clicks. */
  let place: number | undefined
  // As Slidev's own clicks do, so that places are taken in the order in which they stand.
  onMounted(() => {
    if (step.on !== 'next')
      return
    const key = `kamishibai:${step.id}:${Math.random()}`
    const own = $clicksContext.calculateSince('+1')!
    place = own.start
    $clicksContext.register(key, own)
    onScopeDispose(() => $clicksContext.unregister(key))
    if (interactive) {
      watch([() => $clicksContext.current, onSlide] as const, ([current, here], [before, wasHere]) => {
        if (here && wasHere && before < own.start && current >= own.start && !ran())
          press(client.rescuable.value)
      })
    }
  })

  if (step.on === 'enter' && interactive) {
    onSlideEnter(async (to, from) => {
      if (from !== undefined && from > to)
        return
      await whenKnown(session)
      if (onSlide.value && !session.value.runs.get(step.id)?.info.value.n)
        press(false)
    })
  }

  // What a later click shows is not there yet, for a key as for the audience.
  const isShown = (): boolean => !!element()?.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  if (interactive) {
    onScopeDispose(keys.add({
      id: step.id,
      client,
      element,
      isCurrent: () => onSlide.value && isShown(),
      isNext: () => $clicksContext.current + 1 === place,
    }))
  }
  return { interactive }
}
