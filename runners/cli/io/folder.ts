import { existsSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StepError } from '../../protocol/error.ts'

/**
 * Makes a folder, and those above it. Throws StepError `bad-output` where it cannot be. Not with `recursive`: Node
 * never
 * comes back from a folder such as /proc, which is there and refuses a new one as if it were not.
 */
export async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory())
      throw new StepError('bad-output', `${path} is a file`, 'Name a folder.')
    return
  }
  const parent = dirname(path)
  if (parent !== path)
    await makeFolder(parent)
  try {
    await mkdir(path)
  }
  catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new StepError('bad-output', `the folder ${path} cannot be made: ${(error as Error).message}`, 'Name another place.', { cause: error })
  }
}
