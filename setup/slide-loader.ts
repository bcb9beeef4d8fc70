import type { SlideRoute } from '@slidev/types'
import type { Component } from 'vue'
import { defineComponent, getCurrentInstance, h, onErrorCaptured, shallowRef } from 'vue'
import { loadAgain } from '../client/session/retry.ts'
import Mistakes from '../client/step/Mistakes.vue'
import { useTexts } from '../client/useTexts.ts'

/** Failures after which a slide shows Slidev's error page, while it is tried on. */
const SHOWN_AFTER = 4
/** Before the word for it appears, in ms. */
const LOADING_DELAY = 300
const STYLE = 'display: grid; place-items: center; height: 100%; font-size: 24px; opacity: .6'

/** Where Vue says that an error comes from, in development and in what is built: a slide has nothing to show then. */
const RE_NOTHING_SHOWN = /^(?:setup|render) function$|#runtime-[01]$/

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
    const failure = shallowRef<string>()
    const own = getCurrentInstance()!.proxy
    // Vue leaves the slide empty, whose text stands in a slot of its layout. A part that fails leaves only its place empty.
    onErrorCaptured((error, part, info) => {
      if (!RE_NOTHING_SHOWN.test(info) || ![part?.$parent, part?.$parent?.$parent].includes(own))
        return undefined
      failure.value ??= String(error)
      return false
    })
    void route.load()
    return () => failure.value
      ? h('div', { class: 'slidev-layout' }, h(Mistakes, { of: 'slide', mistakes: [failure.value] }))
      : h(shown.value)
  })
}
