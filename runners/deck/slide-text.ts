import type { SourceSlideInfo } from '@slidev/types'
import type { MarkdownExit } from 'markdown-exit'
import type { RawFence } from './fences.ts'
import type { HiddenFence } from './hidden-fences.ts'
import { relative } from 'node:path'
import { scanFences } from './fences.ts'
import { hiddenFences } from './hidden-fences.ts'

/** A slide's Markdown without its frontmatter and its note, as Slidev renders it. */
export interface SlideText {
  /** Relative to the deck's folder. */
  file: string
  text: string
  /** Line of the file, from 0, at which `text` begins, and how many characters stand before it there. */
  start: number
  lead: number
  fences: RawFence[]
  /** Fences of ours that Slidev's Markdown does not see. */
  hidden: HiddenFence[]
  /** Why Slidev's Markdown cannot read the slide. */
  mistake?: string
}

const RE_HEADER = /^(?:---.*\n|\s*```ya?ml)/
const RE_COMMENT = /<!--[\s\S]*?(?:-->|$)/g
/** Code within a paragraph: marks of the same length around it, and no empty line between. */
const RE_CODE = /(?<!`)(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?[^`]\1(?!`)/g

/** Reads what Slidev renders of a slide in a deck of the folder `dir`. */
export function readSlideText(source: SourceSlideInfo, dir: string, markdown: MarkdownExit): SlideText {
  const slide = { file: relative(dir, source.filepath), text: source.contentRaw, ...contentStart(source) }
  try {
    return { ...slide, fences: scanFences(slide.text, markdown), hidden: hiddenFences(slide.text, markdown) }
  }
  catch (error) {
    return { ...slide, fences: [], hidden: [], mistake: (error as Error).message }
  }
}

/** Where the Markdown of a slide begins in its file: line from 0, and how many characters stand before it there. */
function contentStart({ raw, start, frontmatterStyle, frontmatterRaw = '' }: SourceSlideInfo): Pick<SlideText, 'start' | 'lead'> {
  const header = frontmatterStyle ? RE_HEADER.exec(raw)?.[0] ?? '' : ''
  // Three marks close the frontmatter; Slidev takes the white space around the content away.
  const behind = frontmatterStyle ? header.length + frontmatterRaw.length + 3 : 0
  const before = raw.slice(0, behind + raw.slice(behind).search(/\S|$/)).split('\n')
  return { start: start + before.length - 1, lead: before.at(-1)!.length }
}

/** Blanks in a slide all that is no Markdown or HTML that shows, so that the rest stands where it stood. */
export function shownText({ text, fences }: SlideText): string {
  const lines = text.split('\n')
  for (const { line, end } of fences)
    lines.fill('', line - 1, end)
  return lines.join('\n').replaceAll(RE_COMMENT, blank).replaceAll(RE_CODE, blank)
}

/** Line and column in the file, from 1, of an offset in the slide's text. */
export function placeOf({ start, lead }: SlideText, text: string, offset: number): { line: number, column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: start + before.length, column: before.at(-1)!.length + 1 + (before.length === 1 ? lead : 0) }
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}
