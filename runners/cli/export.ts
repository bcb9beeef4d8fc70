import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { parseDeck } from '../deck/parse.ts'
import { readRecordingText } from '../service/store.ts'
import { findBrowser, runSlidev } from './slidev.ts'
import { tellProblems } from './tell.ts'

export interface ExportOptions { deck: string, format: 'pdf' | 'png', output?: string, dark: boolean }

/** `kamishibai export`: prints the deck with its recordings, starting no engine; resolves with the exit code. */
export async function exportDeck({ deck: path, format, output, dark }: ExportOptions): Promise<number> {
  const deck = await parseDeck(path)
  const errors = deck.problems.filter(problem => problem.severity === 'error')
  if (errors.length) {
    tellProblems(errors, process.stderr)
    return 1
  }
  const target = resolve(output ?? (format === 'pdf' ? `${deck.name}.pdf` : `${deck.name}-png`))
  const args = ['export', deck.file, '--format', format, '--output', target, '--executable-path', findBrowser(), '--timeout', '120000', ...dark ? ['--dark'] : []]
  const code = await runSlidev(deck.dir, args)
  if (code !== 0 || !existsSync(target)) {
    console.error(`Slidev wrote no ${target}.`)
    return 1
  }
  const missing: string[] = []
  for (const step of deck.steps) {
    if (!await readRecordingText(deck, step.id))
      missing.push(step.id)
  }
  if (missing.length)
    console.error(`Printed without a result, for they have no recording: ${missing.join(', ')}. Record them: kamishibai record --only ${missing.join(' ')}`)
  return missing.length ? 1 : 0
}
