// Loaded into Slidev's own process before Slidev: advice about commands that are not ours only misleads.
import { stripVTControlCharacters } from 'node:util'

const ADVICE = /browser exporter|--emptyOutDir to override/

for (const name of ['log', 'warn']) {
  const tell = console[name]
  console[name] = (...words) => {
    if (!ADVICE.test(stripVTControlCharacters(words.join(' '))))
      tell.apply(console, words)
  }
}
