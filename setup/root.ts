import type { SlideRoute } from '@slidev/types'
import type { Component, Ref } from 'vue'
import { useNav } from '@slidev/client'
import { flavour, rehearsing } from 'virtual:kamishibai/deck'
import { getCurrentInstance, h, ref, render, watch } from 'vue'
import { isLeading } from '../client/deckInfo.ts'
import { useEnlargeKey } from '../client/enlarge/useEnlargeKey.ts'
import { useSession } from '../client/session/useSession.ts'
import Follow from '../client/talk/Follow.vue'
import Pace from '../client/talk/Pace.vue'
import Panel from '../client/talk/Panel.vue'
import PresenterBar from '../client/talk/PresenterBar.vue'
import { useReasonsKey } from '../client/talk/useReasonsKey.ts'
import { useClient } from '../client/useClient.ts'
import { keepInStep } from './in-step.ts'
import { releaseWhenPrintable } from './printing.ts'
import { keepLoading } from './slide-loader.ts'

/** Loads the other slides one by one, those that come next first. */
async function loadOthers(slides: SlideRoute[], shown: SlideRoute): Promise<void> {
  const i = slides.indexOf(shown)
  for (const route of [...slides.slice(i + 1), ...slides.slice(0, i).reverse()]) {
    if (route.meta.preload !== false)
      await route.load()
  }
}

/** Puts a component into the page, outside of all slides, once `when` holds. */
function place(component: Component, when: Ref<boolean>): void {
  const { appContext } = getCurrentInstance()!
  const stop = watch(when, (holds) => {
    if (!holds)
      return
    render(Object.assign(h(component), { appContext }), document.body.appendChild(document.createElement('div')))
    queueMicrotask(() => stop())
  }, { immediate: true })
}

/**
 * The service keeps the clock of the talk, and its place: it is told of every slide that is shown, of its clicks, and
 * of the step that lies over it.
 */
function tellSlides(slide: Ref<number>, clicks: Ref<number>): void {
  const session = useSession(false)
  const { over } = useClient()
  watch(
    [slide, clicks, over, () => session.value] as const,
    ([no, done, step, client]) => client.show?.(no, done, step),
    { immediate: true },
  )
}

/** All slides are in the page soon after the first is: what starts and stops in a demo cannot keep one away. */
export default (): void => {
  const { slides, isPrintMode, isPresenter, currentSlideNo, clicks } = useNav()
  if (flavour === 'audience' && !isPrintMode.value) {
    place(Follow, ref(true))
  }
  else if (isLeading(flavour) && !isPrintMode.value) {
    place(PresenterBar, isPresenter)
    place(Panel, isPresenter)
    tellSlides(currentSlideNo, clicks)
    if (flavour === 'stage')
      keepInStep(useSession(false))
    if (rehearsing)
      place(Pace, ref(true))
  }
  if (!isPrintMode.value)
    useEnlargeKey()
  if (flavour !== 'audience' && !isPrintMode.value)
    useReasonsKey()
  watch(slides, (routes) => {
    let first = true
    for (const route of routes) {
      keepLoading(route, () => {
        if (first && !isPrintMode.value)
          void loadOthers(routes, route)
        first = false
      })
    }
  }, { immediate: true, flush: 'sync' })
  if (flavour === 'export' && isPrintMode.value)
    void releaseWhenPrintable(slides.value)
}
