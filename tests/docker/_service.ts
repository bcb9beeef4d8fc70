import type { Service } from '../../runners/service/service.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect } from 'vitest'
import { parseDeck } from '../../runners/deck/parse.ts'
import { createService } from '../../runners/service/service.ts'

/** A live service for a deck of these slides on the engine; `close` ends it and takes its folder away. */
export async function openService(slides: string, dockerHost: string): Promise<{ service: Service, dir: string, close: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-docker-'))
  await writeFile(join(dir, 'deck.md'), slides)
  const deck = await parseDeck(join(dir, 'deck.md'))
  expect(deck.problems).toEqual([])
  const service = await createService({ deck, mode: 'live', live: true, env: { ...process.env, DOCKER_HOST: dockerHost } })
  return {
    service,
    dir,
    async close() {
      await service.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
