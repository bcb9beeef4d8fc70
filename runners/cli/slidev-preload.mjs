// Loaded into Slidev's own process before Slidev, for which our setup files are then quick to read. Its advice about
// commands that are not ours only misleads, and so do places of files that are not yet where they belong.
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import '../service/typescript.mjs'

const MISLEADING = /browser exporter|--emptyOutDir to override|✓ +exported to/

for (const name of ['log', 'warn']) {
  const tell = console[name]
  console[name] = (...words) => {
    if (!MISLEADING.test(stripVTControlCharacters(words.join(' '))))
      tell.apply(console, words)
  }
}

// What it writes is to be there even where nobody reads what it says.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE')
      throw error
  })
}
