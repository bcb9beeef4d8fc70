import type { MarkdownExit } from 'markdown-exit'
import type { Fence } from './deck.ts'
import type { RawFence } from './fences.ts'
import { scanFences } from './fences.ts'
import { hiddenFences } from './hidden-fences.ts'
import { isOurs } from './slide-fences.ts'

/** A place in a slide's text where `text` is to stand. */
export interface Mark { from: number, to: number, text: string }

const RE_MARK = /\{kamishibai=(\d+)\}/

/** Finds the places in a slide's text at which each fence of ours gets the number of its fence in the parsed deck. */
export function fenceMarks(text: string, fences: Fence[], markdown: MarkdownExit): Mark[] {
  const starts = lineStarts(text)
  const ours = scanFences(text, markdown).filter(isOurs)
  return numbersOf(ours, fences).flatMap((number, i) => {
    const { info, brace, line } = ours[i]!
    const { offset, end } = brace ?? { offset: info.length, end: info.length }
    const start = starts[line - 1]!
    const at = text.indexOf(info.slice(offset), start)
    return number < 0 || at < 0
      ? []
      : [offset === info.length
          ? { from: text.indexOf(info, start) + info.length, to: text.indexOf(info, start) + info.length, text: ` ${markOf(number)}` }
          : { from: at, to: at + end - offset, text: markOf(number) }]
  })
}

/** A place in a slide's text where a fence of ours stands that Markdown does not see. */
export interface UnseenPlace { from: number, to: number, fence: Fence }

/** Finds the places of fences that Markdown does not see; one that Slidev took away stood at the beginning. */
export function unseenPlaces(text: string, fences: Fence[], markdown: MarkdownExit): UnseenPlace[] {
  const starts = lineStarts(text)
  const hidden = hiddenFences(text, markdown).filter(({ as }) => as === 'html')
  const inHtml = fences.filter(({ unseen }) => unseen === 'html')
  return fences.filter(({ unseen }) => unseen).flatMap((fence) => {
    const raw = hidden[inHtml.indexOf(fence)]?.raw
    if (fence.unseen === 'eaten')
      return [{ from: 0, to: 0, fence }]
    return raw ? [{ from: starts[raw.line - 1]!, to: (starts[raw.end] ?? text.length + 1) - 1, fence }] : []
  })
}

/** The number that a fence's info string carries, and the string without it. */
export function readMark(info: string): { number: number, info: string } | undefined {
  const mark = RE_MARK.exec(info)
  return mark ? { number: Number(mark[1]), info: info.replace(RE_MARK, '') } : undefined
}

function markOf(number: number): string {
  return `{kamishibai=${number}}`
}

/**
 * Pairs the fences of a text with those of the parsed deck, -1 where it has none.
 * Both are in one order, unless a transformer of the deck added some or took some away.
 */
function numbersOf(ours: RawFence[], fences: Fence[]): number[] {
  let next = 0
  return ours.map((raw) => {
    const number = fences.findIndex(
      (fence, i) => i >= next && !fence.unseen && fence.info === raw.info && (raw.snippet || fence.code === raw.code),
    )
    next = number < 0 ? next : number + 1
    return number
  })
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n?|\n/g)].map(({ 0: { length }, index }) => index + length)]
}
