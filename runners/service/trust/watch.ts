import type { Deck } from '../../deck/deck.ts'
import { createHash } from 'node:crypto'
import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A file of a deck that is no longer what it was at the start. */
export interface FileChange {
  /** Relative to the deck's folder. */
  name: string
  /** Whether steps read it when they run; else it is where they stand, and they stay as they were. */
  used: boolean
}

/** Editors write a file in several steps; ms. */
const SETTLE = 200

/** Calls back for each change of a file that the deck's steps stand in or use. Returns what ends it. */
export async function watchDeck({ dir, slides, steps }: Pick<Deck, 'dir' | 'slides' | 'steps'>, onChange: (change: FileChange) => void): Promise<() => void> {
  const used = new Set(steps.flatMap(step => step.files))
  const names = [...new Set([...slides.map(slide => slide.file), ...used])]
  const known = new Map(await Promise.all(names.map(async name => [name, await digest(join(dir, name))] as const)))
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    for (const [name, before] of known) {
      const now = await digest(join(dir, name))
      if (now === before)
        continue
      known.set(name, now)
      onChange({ name, used: used.has(name) })
    }
  }

  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void look(), SETTLE).unref()
  }
  // Folders, for many editors write a new file and rename it.
  const watchers = [...new Set(names.map(name => dirname(join(dir, name))))].map(folder => watch(folder, { persistent: false }, soon).on('error', () => {}))
  return () => {
    clearTimeout(timer)
    watchers.forEach(watcher => watcher.close())
  }
}

async function digest(path: string): Promise<string> {
  const content = await readFile(path).catch(() => undefined)
  return content ? createHash('sha256').update(content).digest('hex') : ''
}
