import type { Deck } from '../../deck/deck.ts'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where what is kept of a deck lies: beside it, out of git's sight. */
export function keptFolder({ dir, name }: Pick<Deck, 'dir' | 'name'>, kind: 'runs' | 'rehearsals'): string {
  return join(dir, '.kamishibai', kind, name)
}

/** Makes {@link keptFolder} where it is missing. */
export async function openKeptFolder(deck: Pick<Deck, 'dir' | 'name'>, kind: 'runs' | 'rehearsals'): Promise<string> {
  const folder = keptFolder(deck, kind)
  await mkdir(folder, { recursive: true })
  await writeFile(join(deck.dir, '.kamishibai', '.gitignore'), '*\n')
  return folder
}

/** A time (ISO 8601) as names of kept files begin, in UTC: `20261124-210311`. */
export function stampOf(at: string): string {
  return at.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
}
