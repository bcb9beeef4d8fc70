import type { SweepFilter, SweepReport } from '../protocol/sweep.ts'
import type { Endpoint } from './endpoint.ts'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createEngine } from './guard/engine.ts'
import { createTags, TAGS_FILE } from './guard/tags.ts'

/** Takes away the names of images that dead sessions gave and that no label tells: their guards noted them. */
export async function sweepTags(endpoint: Endpoint, { folders, dryRun }: SweepFilter): Promise<SweepReport['removed']> {
  const removed: SweepReport['removed'] = []
  const engine = createEngine(endpoint)
  try {
    for (const [session, folder] of folders) {
      const file = join(folder, TAGS_FILE)
      if (!existsSync(file))
        continue
      const tags = createTags(engine, session, file)
      for (const name of dryRun ? await tags.held() : await tags.release())
        removed.push({ kind: 'image', name, session })
    }
  }
  finally {
    engine.close()
  }
  return removed
}
