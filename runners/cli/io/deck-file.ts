import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DEFAULT_DECK } from '../../deck/record-command.ts'
import { nearest } from '../../protocol/suggest.ts'

/** What Slidev takes where no deck is named, and `init` writes. */
const SLIDEV_DECK = 'slides.md'

/** What commands take where no deck is named. */
export function defaultDeck(): string {
  return isFile(DEFAULT_DECK) ? DEFAULT_DECK : SLIDEV_DECK
}

/** A sentence with what is there instead, where `file` is no file. */
export function missingFile(file: string, kind: 'deck' | 'file'): string | undefined {
  if (isFile(file))
    return undefined
  if (kind === 'deck' && file === SLIDEV_DECK)
    return noDefault()
  if (existsSync(file))
    return folderSentence(file)
  const folder = dirname(file)
  const files = markdownIn(folder)
  const near = nearest(basename(file), files)
  return `There is no ${kind} ${file}.${near ? ` Did you mean ${join(folder, near)}?` : files.length ? ` ${folder === '.' ? 'Here are' : `In ${folder} are`} ${files.join(', ')}.` : ''}`
}

function folderSentence(path: string): string {
  const files = markdownIn(path).map(name => join(path, name))
  return `${path === '.' ? 'This' : path} is a folder${files.length ? `. Name a file in it: ${files.join(', ')}.` : ' without Markdown files.'}`
}

function noDefault(): string {
  const decks = ['.', 'slides'].flatMap(folder => markdownIn(folder).map(name => join(folder, name))).filter(path => !/^readme\.md$/i.test(path))
  return `There is no deck ${SLIDEV_DECK}. ${decks.length ? `Name one: ${decks.join(', ')}.` : 'Make one: kamishibai init'}`
}

function markdownIn(folder: string): string[] {
  return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder).filter(name => name.endsWith('.md') && isFile(join(folder, name))).sort() : []
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}
