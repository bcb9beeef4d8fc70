import type { Imported } from '../import/blocks.ts'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { YAMLParseError } from 'yaml'
import { parseDeck } from '../../deck/parse.ts'
import { StepError } from '../../protocol/error.ts'
import { fromPresenterm, isPresenterm } from '../import/presenterm.ts'
import { fromRunme } from '../import/runme.ts'
import { makeFolder } from '../io/folder.ts'
import { say } from '../io/say.ts'
import { tellProblems } from '../io/tell.ts'
import { addonName } from '../slidev/package-json.ts'

export interface ImportOptions {
  file: string
  /** Where the deck is written. @default standard output */
  output?: string
  /** What the file was written for. @default by its own look */
  from?: 'presenterm' | 'runme'
}

/**
 * `kamishibai import`: a Markdown file whose blocks another program ran becomes a deck; resolves with the exit code.
 */
export async function importFile({ file, output, from }: ImportOptions): Promise<number> {
  if (output && existsSync(output)) {
    say.error(`There is ${output} already: nothing was written. Name another file with --output.`)
    return 1
  }
  const markdown = await readFile(file, 'utf8')
  if (!markdown.trim()) {
    say.error(`${file}:1  the file is empty: nothing was written.`)
    return 1
  }
  const { deck, steps, lost } = convert(markdown, { file, output, from })
  for (const { line, what, hint } of lost.sort((a, b) => a.line - b.line))
    say.error(`${file}:${line}  not carried over: ${what}${hint ? `. ${hint}` : ''}`)
  if (!output) {
    process.stdout.write(deck)
    return 0
  }
  await makeFolder(dirname(output))
  await writeFile(output, deck)
  const written = await parseDeck(output)
  const { slides, problems } = written
  tellProblems(written, problems, process.stderr)
  const count = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`
  process.stdout.write(`${output} has ${count(slides.length, 'slide')} and ${count(steps, 'step')}. Look at it: kamishibai present ${output}\n`)
  return problems.some(problem => problem.severity === 'error') ? 1 : 0
}

/** Throws StepError `bad-file` where the front matter cannot be read. */
function convert(markdown: string, { file, output, from }: ImportOptions): Imported {
  const text = markdown.replaceAll('\r\n', '\n')
  const addon = addonName(resolve(dirname(output ?? '.')))
  try {
    return from === 'presenterm' || (!from && isPresenterm(text)) ? fromPresenterm(text, addon) : fromRunme(text, addon)
  }
  catch (error) {
    if (error instanceof YAMLParseError)
      throw new StepError('bad-file', `${file}:${(error.linePos?.[0].line ?? 1) + 1}: its front matter is no YAML`, 'Mend it, or remove it.', { cause: error })
    throw error
  }
}
