import type { Deck } from '../../deck/deck.ts'
import type { PrintOptions } from './slidev.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { flavourEnv } from '../../protocol/flavour.ts'
import { makeFolder } from '../io/folder.ts'
import { runSlidev } from '../slidev/slidev.ts'
import { toOneFile } from './one-file.ts'

/** Writes the deck with its recordings as one page that plays from disk. Says whether it is there. */
export async function exportHtml(
  deck: Deck,
  target: string,
  { withoutNotes, signal, broken }: { withoutNotes: boolean } & Pick<PrintOptions, 'signal' | 'broken'>,
): Promise<boolean> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-html-'))
  try {
    const code = await runSlidev({ deckDir: deck.dir, signal, broken, args: ['build', deck.file, '--out', dir, '--base', './', '--router-mode', 'hash', ...withoutNotes ? ['--without-notes'] : []], env: { NODE_ENV: 'production', ...flavourEnv('one-file') } })
    if (code !== 0)
      return false
    await makeFolder(dirname(target))
    await writeFile(target, await toOneFile(dir))
    return true
  }
  finally {
    await rm(dir, { recursive: true, force: true })
  }
}
