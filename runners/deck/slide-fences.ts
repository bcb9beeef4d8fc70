import type { SlideInfo } from '@slidev/types'
import type { Settings } from '../protocol/headmatter.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Step } from '../protocol/step.ts'
import type { Fence } from './deck.ts'
import type { RawFence } from './fences.ts'
import type { Info } from './info.ts'
import type { SlideText } from './slide-text.ts'
import type { FencePlace } from './step.ts'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { parseInfo } from './info.ts'
import { idOf, toStep } from './step.ts'

/** Codes of what is wrong with the content of a fence, by its language. */
const CONTENT_CODES: Record<string, string> = { http: 'bad-request', dockerfile: 'bad-dockerfile' }
/** What leaves a fence a step all the same. */
const WARNINGS = new Set(['no-id', 'no-until'])
const RE_MAGIC_MOVE = /^(?:md|markdown) magic-move\b/
/** An inner fence or import of `md magic-move`, as Slidev reads them there. */
const RE_INNER = /^(?:```|<<<)[ \t]*(.*)$/

/** What the parse of a deck gathers from its fences. */
export interface Parsing {
  dir: string
  settings: Settings
  problems: Problem[]
  steps: Map<string, Step>
  /** Faulty ones too, so that what they need is judged with the rest; by place. */
  fences: Map<string, Step>
  /** Ids of faulty fences too, so that other checks do not stumble over them; by place. */
  ids: Map<string, string>
}

/** A fence of ours, and where it stands. */
interface Found {
  raw: RawFence
  info: Info
  slide: SlideInfo
  /** Among ours on the slide, from 1. */
  ordinal: number
  file: string
  /** From 1, in the file. */
  line: number
  column: number
  /** Why no step can stand there. */
  misplaced?: { code: string, message: string, hint: string }
}

interface Content { code: string, files: string[] }

/** Reads the fences of ours on a slide; their steps and mistakes go to `parsing`. */
export function fencesOf(slide: SlideInfo, { text, fences, start, lead, file }: SlideText, parsing: Parsing): Fence[] {
  const lines = text.split('\n')
  let ordinal = 0
  const ours = (raw: RawFence, found: Omit<Found, 'raw' | 'slide' | 'ordinal' | 'file'>): Fence =>
    fenceOf({ ...found, raw, slide, ordinal: ++ordinal, file }, parsing, lines.slice(raw.line, raw.end))
  const eaten = eatenFence(slide)
  return [
    ...eaten ? [ours(eaten.raw, eaten)] : [],
    ...fences.flatMap((raw) => {
      const place = { line: start + raw.line, column: raw.column + (raw.line === 1 ? lead : 0) }
      const inner = RE_MAGIC_MOVE.test(raw.info) && raw.marks === 4 ? innerStep(raw, place.line) : undefined
      return inner ? [ours(raw, inner)] : raw.brace ? [ours(raw, { ...place, info: raw.brace })] : []
    }),
  ]
}

/** Whether an info string is one of ours or holds one; such a fence is never Slidev's. */
export function isOurs({ info, code, marks }: Pick<RawFence, 'info' | 'code' | 'marks'>): boolean {
  return (
    parseInfo(info) !== undefined || (RE_MAGIC_MOVE.test(info) && marks === 4 && innerStep({ code }, 0) !== undefined)
  )
}

/** The first step that stands inside `md magic-move`, which only animates code. */
function innerStep({ code }: Pick<RawFence, 'code'>, line: number): Pick<Found, 'info' | 'line' | 'column' | 'misplaced'> | undefined {
  for (const [i, text] of code.split('\n').entries()) {
    const words = RE_INNER.exec(text)?.[1] ?? ''
    const info = parseInfo(words)
    if (info)
      return { info, line: line + i + 1, column: text.length - words.length + 1, misplaced: { code: 'misplaced-step', message: 'a step cannot stand in md magic-move, which shows code and runs none', hint: 'Put the step below it, in a fence of its own.' } }
  }
  return undefined
}

/** The YAML fence at the very beginning of a slide, of which Slidev makes frontmatter. */
function eatenFence({ source: { frontmatterStyle, frontmatterRaw = '', raw, start } }: SlideInfo): Pick<Found, 'raw' | 'info' | 'line' | 'column' | 'misplaced'> | undefined {
  const opening = frontmatterStyle === 'yaml' ? /^(\s*```)(ya?ml.*)/.exec(raw) : null
  const info = opening && parseInfo(opening[2]!)
  if (!info)
    return undefined
  const before = opening[1]!.split('\n')
  const code = frontmatterRaw.slice(frontmatterRaw.indexOf('\n') + 1)
  return {
    raw: { info: opening[2]!.trim(), code, line: 1, end: 1, column: 1, marks: 3, closed: true },
    info,
    line: start + before.length,
    column: before.at(-1)!.length + 1,
    misplaced: { code: 'yaml-eaten', message: 'Slidev takes a YAML fence at the very beginning of a slide for frontmatter', hint: 'Put a heading or any text before it.' },
  }
}

function fenceOf(found: Found, parsing: Parsing, lines: string[]): Fence {
  const { raw, info, slide, ordinal, file, line } = found
  const id = idOf(info)?.value ?? `slide${slide.index + 1}-${ordinal}`
  const fence: Fence = { info: raw.info, code: raw.code, id, problems: [] }
  const add = (problem: Problem): void => {
    fence.problems.push(problem)
    if (
      !parsing.problems.some(
        p =>
          p.file === problem.file && p.line === problem.line && p.column === problem.column && p.code === problem.code,
      )
    ) {
      parsing.problems.push(problem)
    }
  }
  const report: FencePlace['report'] = (offset, code, message, hint) =>
    add({ severity: WARNINGS.has(code) ? 'warning' : 'error', file, line, column: raw.snippet ? found.column : found.column + offset, code, message, hint })
  checkShape(found, report)
  const content = snippetOf(found, parsing.dir, report)
  fence.code = content.code
  // An empty terminal is one to type in.
  if (!content.code.trim() && info.words[0]?.key !== 'terminal' && !fence.problems.length)
    report(0, 'empty-step', 'the step is empty: there is nothing to run', 'Write into the fence what it does.')
  const place = `${file}:${line}`
  const known = parsing.steps.get(id)
  if (known && parsing.ids.get(place) === id) {
    known.slides.push(slide.index + 1)
    fence.stepId = id
    return fence
  }
  const other = [...parsing.ids].find(([at, taken]) => taken === id && at !== place)
  if (other)
    report(idOf(info)?.offset ?? 0, 'duplicate-id', `the id ${id} stands at ${other[0]} already`, 'Give each step an id of its own.')
  parsing.ids.set(place, parsing.ids.get(place) ?? id)
  if (found.misplaced)
    return fence
  const step = toStep(info, content.code, parsing.settings, {
    dir: parsing.dir,
    slide: slide.index + 1,
    ordinal,
    file,
    line,
    column: found.column,
    files: content.files,
    report,
    reportCode: (codeLine, column, message, hint) =>
      add({
        severity: 'error',
        ...(raw.snippet
          ? { file: content.files[0] ?? file, line: codeLine, column }
          : { file, line: line + codeLine, column: column + indentOf(raw.code, lines, codeLine) }),
        code: CONTENT_CODES[info.lang] ?? 'bad-yaml',
        message,
        hint,
      }),
  })
  if (!step)
    return fence
  parsing.fences.set(place, step)
  if (!fence.problems.some(p => p.severity === 'error')) {
    parsing.steps.set(id, step)
    fence.stepId = id
  }
  return fence
}

/** How many characters of a list or a quote stand before line `codeLine` of a fence's code. */
function indentOf(code: string, lines: string[], codeLine: number): number {
  const shown = code.split('\n')[codeLine - 1] ?? ''
  const written = lines[codeLine - 1] ?? ''
  return written.endsWith(shown) ? written.length - shown.length : 0
}

/** Reports what is wrong with a fence before its words are looked at. */
function checkShape({ raw, misplaced }: Found, report: FencePlace['report']): void {
  if (misplaced)
    report(0, misplaced.code, misplaced.message, misplaced.hint)
  if (!raw.closed)
    report(0, 'unclosed-fence', 'the fence is not closed', 'End it with the same marks.')
}

function snippetOf({ raw, slide }: Found, dir: string, report: FencePlace['report']): Content {
  if (!raw.snippet)
    return { code: raw.code, files: [] }
  const { path, region } = raw.snippet
  const file = path.startsWith('@/') ? resolve(dir, path.slice(2)) : resolve(dirname(slide.source.filepath), path)
  if (region)
    report(0, 'no-region', 'a step cannot be a region of a file', 'Import the whole file.')
  if (!existsSync(file)) {
    report(0, 'no-file', `there is no file ${path}`, 'Paths begin at the deck\'s folder (@/) or at the file that imports.')
    return { code: '', files: [] }
  }
  return { code: readFileSync(file, 'utf8'), files: [relative(dir, file)] }
}
