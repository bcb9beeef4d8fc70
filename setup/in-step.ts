import type { ShallowRef } from 'vue'
import type { SessionClient } from '../client/session/sessionClient.ts'
import type { WindowsMessage } from '../client/session/windowState.ts'
import { addSyncMethod, disableBuiltinSync, useNav } from '@slidev/client'
import { watch } from 'vue'
import { createWindowState } from '../client/session/windowState.ts'

/** Slidev names what it keeps in step after the deck's title. */
const RE_DRAWINGS = / - drawings$/
/** Where the talk is: until its slide is mounted, Slidev takes it for the slide's beginning. */
const PLACE = new Set(['page', 'clicks', 'clicksTotal', 'lastUpdate'])

/** Whether the address named no slide; read before Slidev's router names the first. */
const isAnySlide = location.pathname === import.meta.env.BASE_URL && !/^#\/\w/.test(location.hash)

/**
 * Keeps Slidev's place, timer and drawings in step through the service: in all browsers, and in windows that come late.
 * A window whose address names no slide goes to where the talk is.
 */
export function keepInStep(session: Readonly<ShallowRef<SessionClient>>): void {
  const { clicksContext, currentSlideNo, isPresenter, router } = useNav()
  const isMounted = (): boolean => clicksContext.value.isMounted
  let isPlaced = !isAnySlide

  function follow(listener: (message: WindowsMessage) => void): void {
    watch(session, client => client.onWindows?.(listener), { immediate: true })
  }

  disableBuiltinSync()
  addSyncMethod({
    init(key, onUpdate, state) {
      const channel = RE_DRAWINGS.test(key) ? 'drawings' : 'shared'
      const tell = (patch: Record<string, unknown>): void => session.value.tellWindows?.(channel, patch)
      const own = createWindowState(state, onUpdate, tell, name => !PLACE.has(name) || isMounted())
      follow((message) => {
        if (message.channel === channel)
          own.take(message)
      })
      if (channel === 'shared')
        watch(isMounted, mounted => mounted && tellPlace(state as { page: number, clicks: number }, own.write))
      return own.write
    },
  })

  function tellPlace(state: { page: number, clicks: number }, write: () => void): void {
    if (state.page === currentSlideNo.value)
      state.clicks = clicksContext.value.current
    write()
  }

  follow(({ channel, patch: { page, clicks } }) => {
    if (channel !== 'shared')
      return
    if (typeof page === 'number' && !isPlaced)
      // Slidev's own way takes a slide that is not mounted yet for one without clicks.
      void router.replace({ path: `${isPresenter.value ? '/presenter' : ''}/${page}`, query: clicks ? { clicks: String(Number(clicks)) } : {} })
    isPlaced = true
  })
}
