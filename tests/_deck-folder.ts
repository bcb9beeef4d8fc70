import { mkdir, mkdtemp } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')

/**
 * Makes a folder for a deck of a test, which its caller removes: inside the repository, where Slidev's packages
 * resolve.
 */
export async function deckFolder(name: string): Promise<string> {
  await mkdir(join(ROOT, '.kamishibai'), { recursive: true })
  return mkdtemp(join(ROOT, `.kamishibai/${name}-`))
}
