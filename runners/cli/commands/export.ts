import type { Deck } from '../../deck/deck.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { ExportFormat } from '../export/target.ts'
import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { parseDeck } from '../../deck/parse.ts'
import { webPartsOf } from '../../deck/web-parts.ts'
import { tellRecorded } from '../check/recorded.ts'
import { exportHtml } from '../export/html.ts'
import { faultsOf } from '../export/look.ts'
import { exportMarkdown } from '../export/markdown.ts'
import { addNotes } from '../export/notes.ts'
import { printDeck } from '../export/slidev.ts'
import { checkTarget, targetOf } from '../export/target.ts'
import { say } from '../io/say.ts'
import { tellMistakes } from '../io/tell-mistakes.ts'
import { endable } from '../process/ending.ts'
import { checkProject } from '../slidev/package-json.ts'
import { checkPresentable } from '../slidev/presentable.ts'
import { checkSlidevWrites } from '../slidev/writable.ts'

export interface ExportOptions {
  deck: string
  format: ExportFormat
  output?: string
  dark: boolean
  withNotes?: boolean
  withoutNotes?: boolean
}

/** `kamishibai export`: prints the deck with its recordings, starting no engine; resolves with the exit code. */
export async function exportDeck(
  { deck: path, format, output, dark, withNotes = false, withoutNotes = false }: ExportOptions,
): Promise<number> {
  if (withNotes && format !== 'pdf') {
    say.error(`--with-notes is for a PDF${format === 'pptx' || format === 'md' ? `: ${format} carries the notes anyway` : ''}.`)
    return 2
  }
  if (withoutNotes && format !== 'html' && format !== 'md') {
    say.error('--without-notes is for --format html or md.')
    return 2
  }
  const deck = await parseDeck(path)
  const target = targetOf(deck.exportName ?? deck.name, { format, output, withNotes })
  checkTarget(target, format)
  checkProject(deck)
  await checkPresentable(deck)
  checkSlidevWrites(deck, { serves: format !== 'html' })
  return endable('The export', signal => print(deck, { format, target, dark, withNotes, withoutNotes, signal }))
}

interface Printing extends Required<Pick<ExportOptions, 'format' | 'dark' | 'withNotes' | 'withoutNotes'>> {
  target: string
  signal: AbortSignal
}

async function print(deck: Deck, { format, target, dark, withNotes, withoutNotes, signal }: Printing): Promise<number> {
  const broken: Problem[] = []
  const isThere = format === 'html'
    ? await exportHtml(deck, target, { withoutNotes, signal, broken })
    : format === 'md'
      ? await exportMarkdown(deck, { target, dark, withoutNotes, signal, broken })
      : await printDeck(deck, format, { target, dark, signal, broken })
  if (!isThere) {
    say.error(`Slidev wrote no ${target}.`)
    return 1
  }
  const faults = await faultsOf(deck, format, target)
  if (withNotes && !faults.length)
    await writeFile(target, await addNotes(deck, await readFile(target)))
  for (const fault of faults)
    say.error(fault)
  if (faults.length)
    return 1
  process.stdout.write(format === 'html' ? `${target} plays from disk, ${await networkWords(deck)}.\n` : `${target} is written.\n`)
  return Math.max(tellMistakes(deck, broken), await tellRecorded(deck))
}

/** Whether a page of the deck needs a network, in words. */
async function networkWords(deck: Deck): Promise<string> {
  const parts = await webPartsOf(deck.file)
  return parts.length ? `but gets ${parts.join(', ')} from the internet; kamishibai doctor says how it needs none` : 'without a network'
}
