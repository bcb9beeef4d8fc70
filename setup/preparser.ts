import type { PreparserSetup } from '@slidev/types'
import { appendixOf } from '../runners/deck/appendix.ts'
import { parseDeck } from '../runners/deck/parse.ts'

/** Paper shows the steps that are no part of the talk's way in an appendix. */
export default (({ filepath, mode }) => {
  if (mode !== 'export')
    return []
  let first = true
  return [{
    async transformRawLines(lines) {
      // The files that the deck imports come after it.
      if (!first)
        return
      first = false
      lines.push(...appendixOf(await parseDeck(filepath)))
    },
  }]
}) satisfies PreparserSetup
