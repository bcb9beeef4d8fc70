import type { ComputedRef, ShallowRef } from 'vue'
import type { ScreenLine } from '../../runners/protocol/screen.ts'
import type { Moment, StepView } from '../../runners/protocol/step.ts'
import type { StoredRecording } from '../session/recordings.ts'
import type { Texts } from '../texts.ts'
import type { FoldedRun } from './foldedRun.ts'
import { useIsSlideActive, useNav, useSlideContext } from '@slidev/client'
import { steps as allSteps, served } from 'virtual:kamishibai/deck'
import { computed, nextTick, onMounted, onScopeDispose, shallowRef, watch, watchEffect } from 'vue'
import { isFinal, isPassed } from '../../runners/protocol/event.ts'
import { foldRun } from '../../runners/protocol/fold.ts'
import { timeOf } from '../../runners/protocol/moment.ts'
import { screenAt } from '../../runners/protocol/screen.ts'
import { captionOf } from '../paper/frames.ts'
import { loadRecording } from '../session/recordings.ts'
import { useSession } from '../session/useSession.ts'
import { useAgain } from '../step/useAgain.ts'
import { useTexts } from '../useTexts.ts'

/** A run as a view shows it at one moment. */
export interface ViewRun extends FoldedRun {
  step: string
  title: string
  /** The moment, in ms since the run began. */
  at: number
  /** Its screen at that moment. */
  lines: () => ScreenLine[]
}

/** All that a view shows at one moment; paper may show several, captioned. */
export interface Frame {
  caption?: string
  runs: ViewRun[]
  /** The moment, ms since the epoch. */
  clock: number
}

export interface FramesOptions {
  /** Step ids, comma-separated; by default all of the session. */
  steps?: string
  /** How often time goes on while something runs, in ms; 0 is with every animation frame. @default 1000 */
  tick?: number
}

/** How often a view is drawn at most, in ms: what happens to hundreds of objects is seen as well. */
const PULSE = 50

/** What a view shows: the session's runs as they stand, what *Again* plays of one, or on paper the recordings at their moments. */
export function useFrames({ steps, tick = 1000 }: FramesOptions): { frames: ComputedRef<Frame[]>, ready: ShallowRef<boolean>, printing: boolean } {
  const printing = useNav().isPrintMode.value
  const session = useSession(printing)
  const texts = useTexts()
  const { $page, $renderContext } = useSlideContext()
  const onSlide = useIsSlideActive()
  const { current } = useAgain()
  const ready = shallowRef(!printing && served)
  const now = shallowRef(Date.now())
  const printed = shallowRef<Frame[]>([])
  const ids = computed(() => steps?.split(',').map(id => id.trim()))
  // Where nothing runs, the slide's own recordings are the session, and those of what they need; what is there on request comes later.
  const recorded = computed(() => ids.value ?? withNeeds(allSteps.filter(step => step.slides.includes($page.value) && !step.extra).map(step => step.id)))

  const live = computed<Frame>(() => {
    const runs = session.value.allRuns
      .filter(run => !ids.value || ids.value.includes(run.info.value.step))
      .filter(run => !ids.value || session.value.runs.get(run.info.value.step) === run)
      .filter(run => run.info.value.n || recorded.value.includes(run.info.value.step))
      .map((own): ViewRun => {
        const { step, startedAt, n } = own.info.value
        const again = current.value?.step === step && session.value.runs.get(step) === own ? current.value : undefined
        const run = again?.run.value ?? own
        const state = run.state.value
        const over = !n || isFinal(state.phase)
        const at = again ? again.at.value : over ? state.at : Math.max(state.at, now.value - startedAt)
        return { step, title: titleOf(step), startedAt, state, at, lines: () => run.version.value >= 0 ? run.screen.lines() : [] }
      })
    const again = runs.find(run => run.step === current.value?.step)
    const clock = again ? again.startedAt + again.at : Math.max(0, ...runs.map(run => run.startedAt + run.at))
    return { runs: ids.value ? runs.toSorted((a, b) => ids.value!.indexOf(a.step) - ids.value!.indexOf(b.step)) : runs, clock }
  })

  const busy = computed(() => !printing && session.value.allRuns.some(run => run.info.value.n && !isFinal(run.state.value.phase)
    && (tick || !isPassed(run.state.value.phase)) && (!ids.value || ids.value.includes(run.info.value.step))))
  watchEffect((onCleanup) => {
    if (!busy.value)
      return
    now.value = Date.now()
    if (tick) {
      const timer = setInterval(() => (now.value = Date.now()), tick)
      return onCleanup(() => clearInterval(timer))
    }
    let handle = requestAnimationFrame(function next() {
      now.value = Date.now()
      handle = requestAnimationFrame(next)
    })
    onCleanup(() => cancelAnimationFrame(handle))
  })

  // Slides that were visited stay in the page.
  const visible = computed(() => onSlide.value || !['slide', 'presenter'].includes($renderContext.value))
  const shown = shallowRef(live.value)
  let disposed = false
  let pulse: ReturnType<typeof setTimeout> | undefined
  let drawnAt = -PULSE
  watch([live, visible], () => {
    if (!visible.value || pulse !== undefined)
      return
    // What comes alone is drawn at once.
    const wait = tick ? Math.max(0, drawnAt + PULSE - performance.now()) : 0
    pulse = setTimeout(() => {
      pulse = undefined
      drawnAt = performance.now()
      shown.value = live.value
    }, wait)
  })
  onScopeDispose(() => {
    disposed = true
    clearTimeout(pulse)
  })
  onMounted(async () => {
    if (printing)
      printed.value = await framesOf(recorded.value, $page.value, texts)
    else if (!served)
      await Promise.all(recorded.value.map(id => session.value.preview?.(id)?.catch(() => {})))
    await document.fonts.ready
    await nextTick()
    // Boxes are measured with one frame, and drawn in with the next.
    requestAnimationFrame(() => requestAnimationFrame(() => disposed || (ready.value = true)))
  })

  return { frames: computed(() => printing ? printed.value : [shown.value]), ready, printing }
}

function titleOf(id: string): string {
  return allSteps.find(step => step.id === id)?.title ?? id
}

function withNeeds(ids: string[]): string[] {
  const all = new Set<string>()
  const add = (id: string): void => {
    if (all.has(id))
      return
    all.add(id)
    allSteps.find(step => step.id === id)?.needs.forEach(add)
  }
  ids.forEach(add)
  return [...all]
}

/** The recordings of `ids` at each moment that paper shows: those of the first step of the slide that has several, else the end. */
async function framesOf(ids: string[], slide: number, texts: Texts): Promise<Frame[]> {
  const loaded: { step: StepView, recording: StoredRecording }[] = []
  for (const id of ids) {
    const step = allSteps.find(s => s.id === id)
    const recording = step && await loadRecording(id).catch(() => undefined)
    if (recording)
      loaded.push({ step, recording })
  }
  const many = loaded.find(({ step }) => step.print.length > 1 && step.slides.includes(slide))
  const moments: (Moment | undefined)[] = many?.step.print ?? [undefined]
  return Promise.all(moments.map(async (moment): Promise<Frame> => {
    const runs = await Promise.all(loaded.map(({ step, recording }) =>
      runAt(step, recording, step.id === many?.step.id && moment ? timeOf(moment, recording.events) : recording.events.at(-1)?.at ?? 0)))
    const shown = runs.find(run => run.step === many?.step.id)
    return {
      ...moment && shown && { caption: captionOf(moment, shown.at, texts) },
      runs,
      clock: shown ? shown.startedAt + shown.at : Math.max(0, ...runs.map(run => run.startedAt + run.at)),
    }
  }))
}

async function runAt(step: StepView, recording: StoredRecording, at: number): Promise<ViewRun> {
  const lines = await screenAt(recording, at)
  return {
    step: step.id,
    title: step.title ?? step.id,
    startedAt: Date.parse(recording.header.recordedAt),
    state: foldRun(recording.events, at),
    at,
    lines: () => lines,
  }
}
