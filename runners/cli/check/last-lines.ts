import type { Recording } from '../../protocol/recording.ts'
import { drawLog } from '../../protocol/screen.ts'

/** Lines that say why a program ended are its last ones. */
const LINES = 5
/** Characters of a line; a longer one is no sentence. */
const LENGTH = 200

/** The end of what a run wrote, as its terminal showed it: redacted as recordings are, and without control sequences. */
export async function lastLines(recording: Recording): Promise<string[]> {
  const screen = await drawLog(recording)
  const lines = screen.text().split('\n').filter(line => line.trim())
  screen.dispose()
  return lines.slice(-LINES).map((line) => {
    const characters = [...line.trimEnd()]
    return characters.length > LENGTH ? `${characters.slice(0, LENGTH - 1).join('')}…` : characters.join('')
  })
}
