// Plain JavaScript, as the command line's entry.
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { importTypeScript } from '../../typescript.mjs'

const said = await text(process.stdin).catch(() => '')
if (said.trim() !== 'done') {
  const { sweepAfter } = await importTypeScript('runners/service/sweep/watchdog-sweep.ts')
  const [session, path] = process.argv.slice(2)
  process.exitCode = await sweepAfter(session, path) ? 0 : 1
}
process.exit()
