import type { Deck } from '../deck/deck.ts'
import type { PrintFormat } from './export/slidev.ts'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { parseDeck } from '../deck/parse.ts'
import { recordCommand } from '../deck/record-command.ts'
import { readRecordingText } from '../service/store.ts'
import { endable } from './cut-off.ts'
import { exportHtml } from './export/html.ts'
import { addNotes } from './export/notes.ts'
import { exportScript } from './export/script.ts'
import { printDeck } from './export/slidev.ts'
import { checkProject } from './project.ts'
import { tellProblems } from './tell.ts'

export interface ExportOptions { deck: string, format: PrintFormat | 'html' | 'script', output?: string, dark: boolean, withNotes?: boolean }

/** `kamishibai export`: prints the deck with its recordings, starting no engine; resolves with the exit code. */
export async function exportDeck({ deck: path, format, output, dark, withNotes = false }: ExportOptions): Promise<number> {
  if (withNotes && format !== 'pdf') {
    console.error(`--with-notes is for a PDF${format === 'pptx' || format === 'md' ? `: ${format} carries the notes anyway` : ''}.`)
    return 2
  }
  const deck = await parseDeck(path)
  const errors = deck.problems.filter(problem => problem.severity === 'error')
  if (errors.length) {
    tellProblems(errors, process.stderr)
    return 1
  }
  if (format === 'script') {
    const folder = resolve(output ?? `${deck.name}-steps`)
    await exportScript(deck, folder)
    console.log(`The steps are in ${folder}; its README.md says how to run them.`)
    return 0
  }
  checkProject(deck)
  const target = resolve(output ?? { pdf: `${deck.name}${withNotes ? '-notes' : ''}.pdf`, pptx: `${deck.name}.pptx`, html: `${deck.name}.html`, png: `${deck.name}-png`, md: join(`${deck.name}-md`, `${deck.name}.md`) }[format])
  return await endable('The export', signal => print(deck, { format, target, dark, withNotes, signal }))
}

interface Printing { format: PrintFormat | 'html', target: string, dark: boolean, withNotes: boolean, signal: AbortSignal }

async function print(deck: Deck, { format, target, dark, withNotes, signal }: Printing): Promise<number> {
  if (!await (format === 'html' ? exportHtml(deck, target, signal) : printDeck(deck, format, { target, dark, signal }))) {
    console.error(`Slidev wrote no ${target}.`)
    return 1
  }
  if (format === 'html')
    console.log(`${target} plays from disk, without a network.`)
  if (withNotes)
    await writeFile(target, await addNotes(deck, await readFile(target)))
  const missing: string[] = []
  for (const step of deck.steps) {
    if (!await readRecordingText(deck, step.id))
      missing.push(step.id)
  }
  if (missing.length)
    console.error(`Printed without a result, for they have no recording: ${missing.join(', ')}. Record them: ${recordCommand(deck, missing)}`)
  return missing.length ? 1 : 0
}
