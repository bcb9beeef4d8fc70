import type { ComputedRef, ShallowRef } from 'vue'
import type { Frame, Selection } from './frames.ts'
import { useIsSlideActive, useSlideContext } from '@slidev/client'
import { useIntervalFn, useRafFn, useTimeoutFn } from '@vueuse/core'
import { computed, nextTick, onMounted, onScopeDispose, shallowRef, watch } from 'vue'
import { useSession } from '../session/useSession.ts'
import { useClient } from '../useClient.ts'
import { useStage } from '../useStage.ts'
import { useTexts } from '../useTexts.ts'
import { isBusy, liveFrame, printedFrames, withNeeds } from './frames.ts'

export interface FramesOptions {
  /** Step ids, comma-separated; by default all of the session. */
  steps?: string
  /** How often time goes on while something runs, in ms; 0 is with every animation frame. @default 1000 */
  tick?: number
}

/** What a view draws. */
export interface Frames {
  frames: ComputedRef<Frame[]>
  ready: Readonly<ShallowRef<boolean>>
  printing: boolean
}

/** How often a view is drawn at most, in ms: what happens to hundreds of objects is seen as well. */
const PULSE = 50

/** The time, ms since the epoch, that goes on while `busy`: every `tick` ms, or with every animation frame. */
function useClock(busy: () => boolean, tick: number): Readonly<ShallowRef<number>> {
  const now = shallowRef(Date.now())
  const go = (): void => void (now.value = Date.now())
  const { pause, resume } = tick
    ? useIntervalFn(go, tick, { immediate: false, immediateCallback: true })
    : useRafFn(go, { immediate: false })
  watch(busy, value => value ? resume() : pause(), { immediate: true })
  return now
}

/** What `live` is, at most once a pulse, and only while `visible`; what comes alone is drawn at once. */
function usePulse(live: ComputedRef<Frame>, visible: () => boolean, pulse: number): Readonly<ShallowRef<Frame>> {
  const shown = shallowRef(live.value)
  let drawnAt = -Infinity
  const { start, isPending } = useTimeoutFn(() => {
    drawnAt = performance.now()
    shown.value = live.value
  }, () => Math.max(0, drawnAt + pulse - performance.now()), { immediate: false })
  watch([live, visible], () => {
    if (visible() && !isPending.value)
      start()
  })
  return shown
}

/**
 * What a view shows: the runs as they stand, what is played again of one, or on paper the recordings at their moments.
 */
export function useFrames({ steps: named, tick = 1000 }: FramesOptions): Frames {
  const { deck: { steps }, loadRecording, again } = useClient()
  const { main, printing, live: served } = useStage()
  const session = useSession(printing)
  const texts = useTexts()
  const { $page } = useSlideContext()
  const onSlide = useIsSlideActive()
  const ids = named?.split(',').map(id => id.trim())
  // Where nothing runs, the slide's own recordings are the session, and those of what they need.
  // What is there on request comes later.
  const own = computed(() => steps.filter(step => step.slides.includes($page.value) && !step.extra).map(({ id }) => id))
  const selection = computed((): Selection => ({ steps, named: ids, recorded: ids ?? withNeeds(own.value, steps) }))
  const now = useClock(() => !printing && isBusy(session.value, ids, !tick), tick)
  const live = computed(() => liveFrame(session.value, selection.value, again.current.value, now.value))
  // Slides that were visited stay in the page.
  const shown = usePulse(live, () => onSlide.value || !main.value, tick ? PULSE : 0)

  const ready = shallowRef(served)
  const printed = shallowRef<Frame[]>([])
  let disposed = false
  onScopeDispose(() => (disposed = true))
  onMounted(async () => {
    if (printing)
      printed.value = await printedFrames(selection.value, $page.value, loadRecording, texts)
    else if (!served)
      await Promise.all(selection.value.recorded.map(id => session.value.preview?.(id)?.catch(() => {})))
    await document.fonts.ready
    await nextTick()
    // Boxes are measured with one frame, and drawn in with the next.
    requestAnimationFrame(() => requestAnimationFrame(() => disposed || (ready.value = true)))
  })

  return { frames: computed(() => printing ? printed.value : [shown.value]), ready, printing }
}
