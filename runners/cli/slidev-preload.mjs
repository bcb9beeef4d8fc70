// Loaded into Slidev's own process before Slidev, for which our setup files are then quick to read. Its advice about
// commands that are not ours only misleads, and so do places of files that are not yet where they belong.
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
