import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { settingsSchema } from '../runners/protocol/headmatter.ts'
import { createConfinement } from '../runners/shell/confine.ts'

/** Whether this machine can confine a shell; says why where it cannot. */
export async function canConfine(): Promise<boolean> {
  const privateDir = await mkdtemp(join(tmpdir(), 'kamishibai-confine-'))
  const confinement = createConfinement({
    deckDir: tmpdir(),
    privateDir,
    settings: settingsSchema.parse({ confine: true }),
  })
  const lack = await confinement.lack()
  await confinement.close()
  await rm(privateDir, { recursive: true })
  if (lack)
    console.warn(`No shell is confined here: ${lack}`)
  return !lack
}
