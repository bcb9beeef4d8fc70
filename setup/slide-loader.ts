import type { SlideRoute } from '@slidev/types'
import type { Component } from 'vue'
import { defineComponent, h, shallowRef } from 'vue'
import { loadAgain } from '../client/session/retry.ts'
import { useTexts } from '../client/useTexts.ts'

/** Failures after which a slide shows Slidev's error page, while it is tried on. */
const SHOWN_AFTER = 4
/** Before the word for it appears, in ms. */
const LOADING_DELAY = 300
const STYLE = 'display: grid; place-items: center; height: 100%; font-size: 24px; opacity: .6'

type SlideModule = Awaited<ReturnType<SlideRoute['load']>>

/** Slidev's error page, which its loader hands out in place of a module. */
class LoadFailure extends Error {
  page: Component
  constructor(page: Component) {
    super('the slide could not be loaded')
    this.page = page
  }
}

function isModule(loaded: SlideModule | Component): loaded is SlideModule {
  return 'default' in loaded
}

// Slidev's exporter waits until nothing of this class is left.
const Loading = defineComponent(() => {
  const late = shallowRef(false)
  const texts = useTexts()
  setTimeout(() => (late.value = true), LOADING_DELAY)
  return () => h('div', { class: 'slidev-slide-loading', style: STYLE }, late.value ? texts.loading : '')
})

/**
 * Loads a slide's module until it is there, and shows the slide then; Slidev itself tries once and keeps
 * what came of it. `then` is called when the slide is there.
 */
export function keepLoading(route: SlideRoute, then: () => void): void {
  const loadOnce = route.load
  const shown = shallowRef<Component>(Loading)
  let loading: Promise<SlideModule> | undefined

  async function attempt(): Promise<SlideModule> {
    const loaded: SlideModule | Component = await loadOnce()
    if (!isModule(loaded))
      throw new LoadFailure(loaded)
    return loaded
  }

  async function load(): Promise<SlideModule> {
    const module = await loadAgain(attempt, {
      onFail(error, failures) {
        if (failures >= SHOWN_AFTER && error instanceof LoadFailure)
          shown.value = error.page
      },
    })
    shown.value = module.default
    then()
    return module
  }

  route.load = () => loading ??= load()
  route.component = defineComponent(() => {
    void route.load()
    return () => h(shown.value)
  })
}
