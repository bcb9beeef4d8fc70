import type { Scope } from '../scope.ts'
import { imageIds } from '../image-ids.ts'
import { peekMap } from './protobuf.ts'

/**
 * Claims the names of a build's image before the build; what comes back remembers the image, by what the engine
 * answered, or gives the names back where it answered nothing.
 */
export async function keepResult(
  names: string[],
  { engine, tags }: Scope,
): Promise<(answer: Buffer | undefined) => Promise<void>> {
  const settle = await tags.claimAll(names)
  const before = new Set(await imageIds(engine))
  return async (answer) => {
    await settle()
    if (!answer || names.length)
      return
    // `SolveResponse.exporterResponse`.
    const response = peekMap(answer, 1)
    const digests = [response['containerimage.digest'], response['containerimage.config.digest']]
    const made = (await imageIds(engine)).find(id => digests.includes(id))
    // One that was there before is not the session's own.
    if (made && !before.has(made))
      tags.keep(made)
  }
}
