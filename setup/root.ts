import type { SlideRoute } from '@slidev/types'
import type { Ref } from 'vue'
import { useNav } from '@slidev/client'
import { exporting, served } from 'virtual:kamishibai/deck'
import { getCurrentInstance, h, render, watch } from 'vue'
import LiveDrift from '../components/LiveDrift.vue'
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

/** Puts the notice for the presenter into the page, once there is a presenter view. */
function tellPresenter(isPresenter: Ref<boolean>): void {
  const { appContext } = getCurrentInstance()!
  const stop = watch(isPresenter, (presents) => {
    if (!presents)
      return
    render(Object.assign(h(LiveDrift), { appContext }), document.body.appendChild(document.createElement('div')))
    queueMicrotask(() => stop())
  }, { immediate: true })
}

/** All slides are in the page soon after the first is: what starts and stops in a demo cannot keep one away. */
export default (): void => {
  const { slides, isPrintMode, isPresenter } = useNav()
  if (served)
    tellPresenter(isPresenter)
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
  if (exporting && isPrintMode.value)
    void releaseWhenPrintable(slides.value)
}
