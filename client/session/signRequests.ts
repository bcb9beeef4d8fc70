import { EDITOR_PATH, TOKEN_HEADER } from '../../runners/protocol/wire.ts'
import { loadAgain } from './retry.ts'

const ATTEMPTS = 5

/**
 * Gives the driver token to the page's own requests that change something, such as Slidev's slide sync:
 * the gate refuses them without it. Reading needs none, opening the user's editor does, and other origins never get it.
 * What the network cut is sent again, unless there is something newer for the same address by then.
 */
export function signRequests(knownToken: () => string | undefined): void {
  const send = window.fetch.bind(window)
  const newest = new Map<string, Request>()
  window.fetch = (input, init) => {
    const token = knownToken()
    const request = new Request(input, init)
    const { origin, pathname } = new URL(request.url)
    const reads = ['GET', 'HEAD'].includes(request.method) && !pathname.endsWith(EDITOR_PATH)
    if (!token || reads || origin !== location.origin)
      return send(input, init)
    request.headers.set(TOKEN_HEADER, token)
    newest.set(request.url, request)
    return loadAgain(() => send(request.clone()), {
      attempts: ATTEMPTS,
      onFail(error) {
        if (newest.get(request.url) !== request)
          throw error
      },
    })
  }
}
