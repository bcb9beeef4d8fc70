import type { Service, ServiceOptions } from '../runners/service/service.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { parseDeck } from '../runners/deck/parse.ts'
import { createService } from '../runners/service/service.ts'

/** A live service for a deck of its own. */
export interface Opened {
  service: Service
  dir: string
  /** Ends it and takes its folder away. */
  close: () => Promise<void>
}

/** A live service for a deck of these slides, without problems; the caller closes it. */
export async function serveDeck(slides: string, options: Pick<ServiceOptions, 'env' | 'anyCluster'>): Promise<Opened> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-service-'))
  await writeFile(join(dir, 'deck.md'), slides)
  const deck = await parseDeck(join(dir, 'deck.md'))
  expect(deck.problems).toEqual([])
  const service = await createService({ deck, mode: 'live', live: true, ...options })
  return {
    service,
    dir,
    async close() {
      await service.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
