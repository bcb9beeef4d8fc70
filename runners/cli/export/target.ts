import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { StepError } from '../../protocol/error.ts'

/** What a hand-out begins with, so that the next export knows it as its own. */
export const HANDOUT_MARK = '<!-- kamishibai export -->'

/** The formats that Slidev's own exporter writes. */
export type PrintFormat = 'pdf' | 'png' | 'pptx' | 'md'
export type ExportFormat = PrintFormat | 'html'

/** Which export it is, as far as its name depends on it. */
export interface TargetOptions { format: ExportFormat, output?: string, withNotes?: boolean }

/** What Slidev calls the picture of a slide. */
export const RE_PICTURE = /^\d+\.png$/

/** Where an export goes: `output`, or a name made of the deck's. */
export function targetOf(name: string, { format, output, withNotes }: TargetOptions): string {
  const own = { pdf: `${name}${withNotes ? '-notes' : ''}.pdf`, pptx: `${name}.pptx`, html: `${name}.html`, png: `${name}-png`, md: join(`${name}-md`, `${name}.md`) }[format]
  // Slidev adds these by itself, and no other.
  const suffix = output && ['pdf', 'pptx', 'md'].includes(format) && extname(output) !== `.${format}` ? `.${format}` : ''
  return resolve(`${output ?? own}${suffix}`)
}

/** Where the pictures of an export as Markdown lie: beside the file, in a folder that bears its name. */
export function picturesOf(target: string): string {
  return join(dirname(target), basename(target, '.md'))
}

/**
 * Throws StepError `bad-output` where something is in the way that no earlier export wrote; before anything is done.
 */
export function checkTarget(target: string, format: ExportFormat): void {
  const isFolder = format === 'png'
  const there = existsSync(target) ? statSync(target) : undefined
  if (there && there.isDirectory() !== isFolder)
    throw new StepError('bad-output', `${target} is a ${isFolder ? 'file' : 'folder'}`, `Name a ${isFolder ? 'folder' : 'file'} with --output.`)
  if (format === 'html' && there && !/\.html?$/i.test(target))
    throw isNoExport(target)
  if (format === 'png' && there)
    refuseOthers(target, name => RE_PICTURE.test(name))
  if (format === 'md')
    checkMarkdown(target)
}

/** A file of an earlier export begins as ours do, and the folder beside it holds the pictures that it shows alone. */
function checkMarkdown(target: string): void {
  const text = existsSync(target) ? readFileSync(target, 'utf8') : undefined
  if (text !== undefined && !text.startsWith(HANDOUT_MARK))
    throw isNoExport(target)
  const folder = picturesOf(target)
  if (!existsSync(folder))
    return
  if (!statSync(folder).isDirectory())
    throw new StepError('bad-output', `${folder} is a file, and the pictures go into a folder of this name`, 'Name another file with --output.')
  refuseOthers(folder, name => RE_PICTURE.test(name) && Boolean(text?.includes(`/${name})`)))
}

function isNoExport(target: string): StepError {
  return new StepError('bad-output', `${target} is there, and no earlier export of this kind`, 'Name another file with --output.')
}

function refuseOthers(folder: string, isOurs: (name: string) => boolean): void {
  if (!readdirSync(folder).every(isOurs))
    throw new StepError('bad-output', `${folder} holds other files`, 'Name another place with --output.')
}
