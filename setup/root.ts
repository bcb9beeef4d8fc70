import type { SlideRoute } from '@slidev/types'
import { useNav } from '@slidev/client'
import { watch } from 'vue'
import { keepLoading } from './slide-loader.ts'

/** Loads the other slides one by one, those that come next first. */
async function loadOthers(slides: SlideRoute[], shown: SlideRoute): Promise<void> {
  const i = slides.indexOf(shown)
  for (const route of [...slides.slice(i + 1), ...slides.slice(0, i).reverse()]) {
    if (route.meta.preload !== false)
      await route.load()
  }
}

/** All slides are in the page soon after the first is: what starts and stops in a demo cannot keep one away. */
export default (): void => {
  const { slides, isPrintMode } = useNav()
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
}
