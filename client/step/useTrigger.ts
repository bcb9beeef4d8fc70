import type { StepClient } from './stepClient.ts'
import { onSlideEnter, useIsSlideActive, useSlideContext } from '@slidev/client'
import { computed, onMounted, onScopeDispose, watch } from 'vue'
import { isPassed } from '../../runners/protocol/event.ts'
import { whenKnown } from '../session/windowSession.ts'
import { useClient } from '../useClient.ts'
import { useStage } from '../useStage.ts'

/**
 * Starts a step by click sequence, entering, or key, in the slide and presenter views only.
 *
 * Slidev counts clicks, not runs: where `on=next` is the slide's last click, a failed run adds one more, so that
 * the next press takes the recording and stays. Before other clicks the press that takes the recording also
 * performs the following click.
 */
export function useTrigger(client: StepClient, element: () => HTMLElement | null): { interactive: boolean } {
  const { step, session } = client
  const { addKeys } = useClient()
  const { $clicksContext } = useSlideContext()
  const interactive = useStage().interactive.value
  const onSlide = useIsSlideActive()
  if (!step)
    return { interactive }

  /** In every window the same press arrives; the service takes the first. */
  function press(replay: boolean): void {
    client.start({ replay, after: session.value.runs.get(step!.id)?.info.value.n ?? 0 })
  }

  const ran = (): boolean => {
    const run = session.value.runs.get(step.id)
    return !!run?.info.value.n && (client.active.value || isPassed(run.state.value.phase))
  }

  // As Slidev's own clicks do, so that places are taken in the order in which they stand.
  onMounted(() => {
    if (step.on !== 'next')
      return
    const key = `kamishibai:${step.id}:${Math.random()}`
    const place = $clicksContext.calculateSince('+1')!
    $clicksContext.register(key, place)
    onScopeDispose(() => $clicksContext.unregister(key))
    if (interactive) {
      const failed = computed(() => client.state.value.phase === 'failed')
      const rescue = computed(() => failed.value && client.hasRecording.value && step.fallback !== 'off')
      // Where it failed before its place came, that place takes the recording.
      watch(
        rescue,
        value => value && $clicksContext.current >= place.start && $clicksContext.maxMap.set(key, place.start + 1),
      )
      watch([() => $clicksContext.current, onSlide] as const, ([current, here], [before, wasHere]) => {
        if (!here || !wasHere || current <= before)
          return
        if (before < place.start && current >= place.start && !ran())
          press(rescue.value)
        else if (before >= place.start && rescue.value)
          press(true)
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
  if (interactive)
    onScopeDispose(addKeys({ client, element, isCurrent: () => onSlide.value && isShown() }))
  return { interactive }
}
