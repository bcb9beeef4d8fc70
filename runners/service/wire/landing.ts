import type { ServerResponse } from 'node:http'

/**
 * Where the page that `present` opens lands first. A browser counts what a local file leads to as cross-site, which
 * the gate refuses everywhere else.
 */
export const LANDING_PATH = '/__kamishibai/open'

// With the token's fragment, which reaches no server, it goes on to the deck; without, it leads nowhere.
const PAGE = `<!doctype html><meta charset="utf-8"><title>Kamishibai</title>
<script>var at = /^(#t=[\\w-]+)(?:&slide=(\\d+))?$/.exec(location.hash); if (at) location.replace('/' + (at[2] || '') + at[1])</script>
<p>Open the address that <code>kamishibai present</code> printed.</p>
`

/** Whether a request is for the landing page and nothing else. */
export function isLanding({ method, url }: { method?: string, url?: string }): boolean {
  return method === 'GET' && url === LANDING_PATH
}

/** Answers with the landing page; whoever opened its window loses hold of it. */
export function answerLanding(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', 'Cross-Origin-Opener-Policy': 'same-origin', 'Referrer-Policy': 'no-referrer' })
  response.end(PAGE)
}
