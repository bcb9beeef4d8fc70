import type { ServerResponse } from 'node:http'
import type { ViteDevServer } from 'vite'

/** A request of the page that is exported, answered when the page can be printed. */
export const HOLD = '/__kamishibai/printing'
/** Says that the page can be printed. */
export const RELEASE = '/__kamishibai/printed'

/**
 * Slidev's exporter prints half a second after the network fell silent: on a busy machine that may be before
 * there is anything to print. A request that hangs keeps it waiting.
 */
export function holdPrint(server: ViteDevServer): void {
  const held = new Set<ServerResponse>()
  server.middlewares.use((request, response, next) => {
    if (request.url === HOLD) {
      held.add(response)
      response.on('close', () => held.delete(response))
    }
    else if (request.url === RELEASE) {
      for (const waiting of held)
        waiting.end()
      response.end()
    }
    else {
      next()
    }
  })
}

/** Lets the page ask before all else. */
export function addHold(html: string): string {
  return html.replace('<head>', `<head>\n<script>if (/[?&]print=/.test(location.search)) fetch('${HOLD}').catch(function () {})</script>`)
}
