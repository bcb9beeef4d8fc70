// Loaded into Slidev's own process before Slidev, for which our setup files are then quick to read. Its advice about
// commands that are not ours only misleads, and so do places of files that are not yet where they belong.
import { existsSync } from 'node:fs'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { importTypeScript } from '../../typescript.mjs'

const MISLEADING = /browser exporter|--emptyOutDir to override|✓ +exported to/

for (const name of ['log', 'warn']) {
  const tell = console[name]
  console[name] = (...words) => {
    if (!MISLEADING.test(stripVTControlCharacters(words.join(' '))))
      tell.apply(console, words)
  }
}

// What it writes is to be there even where nobody reads what it says.
const { hearClosedPipe } = await importTypeScript('runners/cli/process/closed-pipe.ts')
hearClosedPipe()

// Its command would end with a stack; what it loads here, it does not load again.
const slidev = new URL('../dist/index.mjs', pathToFileURL(process.argv[1] ?? ''))
if (isMainThread && process.argv[1]?.endsWith('slidev.mjs') && existsSync(slidev)) {
  try {
    await import(slidev.href)
  }
  catch (error) {
    const { misfitOf } = await importTypeScript('runners/cli/slidev/server.ts')
    const told = misfitOf(error)
    console.error(told === error ? error : `${told.message}. ${told.hint}`)
    process.exit(1)
  }
}
