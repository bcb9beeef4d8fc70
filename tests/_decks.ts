import type { Deck } from '../runners/deck/deck.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { parseDeck } from '../runners/deck/parse.ts'

/** A folder for the decks of a file's tests. */
export interface DeckFolder {
  readonly dir: string
  /** Parses `body` as its deck, with `others` beside it. */
  parse: (body: string, others?: Record<string, string>) => Promise<Deck>
}

/** Makes the folder before the tests of a file, and takes it away after them. */
export function onDecks(): DeckFolder {
  let dir: string
  beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'kamishibai-deck-'))))
  afterAll(() => rm(dir, { recursive: true, force: true }))
  return {
    get dir() { return dir },
    async parse(body, others = {}) {
      for (const [name, text] of Object.entries(others))
        await writeFile(join(dir, name), text)
      await writeFile(join(dir, 'deck.md'), body)
      return parseDeck(join(dir, 'deck.md'))
    },
  }
}

/** A deck of one slide with one fence. */
export const fence = (info: string, code = 'true'): string => `# T\n\n\`\`\`${info}\n${code}\n\`\`\`\n`
