import type { Opened } from '../_service.ts'
import process from 'node:process'
import { serveDeck } from '../_service.ts'

/** A live service for a deck of these slides on the engine. */
export function openService(slides: string, dockerHost: string): Promise<Opened> {
  return serveDeck(slides, { env: { ...process.env, DOCKER_HOST: dockerHost } })
}
