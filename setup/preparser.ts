import type { PreparserSetup } from '@slidev/types'
import { appendixOf } from '../runners/deck/appendix.ts'
import { parseDeck } from '../runners/deck/parse.ts'
import { isStageBuild, switchAsInDev } from './stage.ts'

/**
 * Paper shows the steps that are no part of the talk's way in an appendix; what is presented has what Slidev serves.
 */
export default (({ filepath, mode }) => {
  // The files that the deck imports come after it.
  let first = true
  const isFirst = (): boolean => first && !(first = false)
  if (isStageBuild({ mode: mode as 'build' })) {
    return [{
      transformSlide: async (_, frontmatter) => void (isFirst() && switchAsInDev(frontmatter)),
    }]
  }
  if (mode !== 'export')
    return []
  return [{
    async transformRawLines(lines) {
      if (isFirst())
        lines.push(...appendixOf(await parseDeck(filepath)))
    },
  }]
}) satisfies PreparserSetup
