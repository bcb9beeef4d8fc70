import type { ServerResponse } from 'node:http'
import type { ViteDevServer } from 'vite'
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { misfitOf, MISFITS_FILE } from '../runners/protocol/misfit.ts'
import { HOLD, RELEASE } from './print-paths.ts'

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
    else if (request.url?.startsWith(RELEASE)) {
      tellOverhangs(new URLSearchParams(request.url.slice(RELEASE.length)))
      for (const waiting of held)
        waiting.end()
      response.end()
    }
    else {
      next()
    }
  })
}

/**
 * On a wall it is no better than on paper, and nobody can press a button that is not seen. `check` has a file for it.
 */
function tellOverhangs(slides: URLSearchParams): void {
  const file = process.env[MISFITS_FILE]
  if (file)
    return writeFileSync(file, JSON.stringify([...slides].map(([no, px]) => ({ slide: Number(no), px: Number(px) }))))
  for (const [no, px] of slides) {
    const { message, hint } = misfitOf(Number(no), Number(px))
    console.warn(`${message}. ${hint}`)
  }
}

/** Lets the page ask before all else. */
export function addHold(html: string): string {
  return html.replace('<head>', `<head>\n<script>if (/[?&]print=/.test(location.search)) fetch('${HOLD}').catch(function () {})</script>`)
}
