// Plain JavaScript, as the command line's entry: Node strips types by itself, but not below node_modules.
import process from 'node:process'
import { text } from 'node:stream/consumers'

const said = await text(process.stdin).catch(() => '')
if (said.trim() !== 'done') {
  const { sweepAfter } = import.meta.url.includes('/node_modules/') || !process.features.typescript
    ? await import('jiti').then(({ createJiti }) => createJiti(import.meta.url).import('./watchdog-sweep.ts'))
    : await import('./watchdog-sweep.ts')
  const [session, path] = process.argv.slice(2)
  process.exitCode = await sweepAfter(session, path) ? 0 : 1
}
process.exit()
