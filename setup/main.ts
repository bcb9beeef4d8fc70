import type { AppContext } from '@slidev/types'
import { isLeading } from '../client/deckInfo.ts'
import { toHashRoute } from '../client/session/hashRoute.ts'
import { signRequests } from '../client/session/signRequests.ts'
import { useClient } from '../client/useClient.ts'
import { RELOADS } from './comeback.ts'

// At import: Slidev's router drops the fragment at its first redirect.
const { deck, token, bounce, keys } = useClient()
token.take()
if (__SLIDEV_HASH_ROUTE__ && isLeading(deck.flavour))
  history.replaceState(history.state, '', toHashRoute(location, import.meta.env.BASE_URL))
signRequests(token.known)
// The button for *next* is a press like any other.
window.addEventListener('click', (event) => {
  if ((event.target as Element).closest('[title="Go to next slide"]') && (bounce.isBounce() || keys.rescue()))
    event.stopPropagation()
}, { capture: true })

/** A page of Slidev's whose module was not loaded. */
const RE_NOT_LOADED = /imported module|importing a module script|preload CSS/i
const PAUSE = 500

export default ({ router }: AppContext): void => {
  sessionStorage.removeItem(RELOADS)
  router.onError((error: Error, to) => {
    if (RE_NOT_LOADED.test(error.message))
      setTimeout(() => void router.replace(to.fullPath), PAUSE)
  })
}
