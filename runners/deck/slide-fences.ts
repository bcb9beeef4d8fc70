import type { SlideInfo } from '@slidev/types'
import type { Settings } from '../protocol/headmatter.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Step } from '../protocol/step.ts'
import type { Fence } from './deck.ts'
import type { RawFence } from './fences.ts'
import type { Info } from './info.ts'
import type { SnippetPath } from './markdown.ts'
import type { MisplacedFence } from './misplaced.ts'
import type { SlideText } from './slide-text.ts'
import type { FencePlace } from './step.ts'
import { relative } from 'node:path'
import { parseInfo } from './info.ts'
import { eatenFence, hiddenFence, isEmptyMagicMove, isMagicMove, stepInMagicMove } from './misplaced.ts'
import { readSnippet } from './snippet.ts'
import { idOf, toStep } from './step.ts'

/** Codes of what is wrong with the content of a fence, by its language. */
const CONTENT_CODES: Record<string, string> = { http: 'bad-request', dockerfile: 'bad-dockerfile' }
/** What leaves a fence a step all the same. */
const WARNINGS = new Set(['no-id', 'no-until'])

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
  misplaced?: MisplacedFence['misplaced']
}

/** The code of a fence, and the line of its own file at which it begins. */
interface Content { code: string, files: string[], line: number }

/** Reads the fences of ours on a slide; their steps and all mistakes in fences go to `parsing`. */
export function fencesOf(slide: SlideInfo, text: SlideText, parsing: Parsing): Fence[] {
  const lines = text.text.split('\n')
  let ordinal = 0
  const ours = (found: Omit<Found, 'slide' | 'ordinal' | 'file'>, unseen?: Fence['unseen']): Fence => {
    const { line, end } = found.raw
    const fence = fenceOf({ ...found, slide, ordinal: ++ordinal, file: text.file }, parsing, lines.slice(line, end))
    return unseen ? { ...fence, unseen } : fence
  }
  const eaten = eatenFence(slide)
  const hidden = text.hidden.map(fence => hiddenFence(fence, text.start))
  for (const { line, column, misplaced } of hidden.filter(isText))
    add(parsing.problems, { severity: 'warning', file: text.file, line, column, ...misplaced })
  return [
    ...eaten ? [ours(eaten, 'eaten')] : [],
    ...hidden.filter(fence => !isText(fence)).map(fence => ours(fence, 'html')),
    ...text.fences.flatMap((raw) => {
      const place = { line: text.start + raw.line, column: raw.column + (raw.line === 1 ? text.lead : 0) }
      const inner = isMagicMove(raw) ? stepInMagicMove(raw, place.line) : undefined
      if (inner || raw.brace)
        return [ours(inner ?? { ...place, raw, info: raw.brace! })]
      for (const { severity, ...problem } of plainProblems(raw, parsing.dir, slide.source.filepath))
        add(parsing.problems, { severity, file: text.file, ...place, ...problem })
      return []
    }),
  ]
}

/** Whether a fence of ours is one that a slide may show as text. */
function isText({ misplaced }: MisplacedFence): boolean {
  return misplaced.code === 'indented-fence'
}

/** Whether a fence is one of ours or holds one; such a fence is never Slidev's. */
export function isOurs(fence: Pick<RawFence, 'info' | 'code' | 'marks'>): boolean {
  return parseInfo(fence.info) !== undefined
    || (isMagicMove(fence) && stepInMagicMove(fence as RawFence, 0) !== undefined)
}

/** What is wrong with a fence of Slidev's, which then shows no slide, or another file than it says. */
function plainProblems(
  raw: RawFence,
  dir: string,
  importer: string,
): Pick<Problem, 'severity' | 'code' | 'message' | 'hint'>[] {
  if (isMagicMove(raw) && isEmptyMagicMove(raw))
    return [{ severity: 'error', code: 'empty-magic-move', message: 'md magic-move has no code to show', hint: 'Put fences of three marks with a language into it.' }]
  if (!raw.snippet)
    return []
  const { text, noRegion, outside } = readSnippet(raw.snippet, dir, importer)
  if (text === undefined)
    return [{ severity: 'error', ...noFile(raw.snippet, outside) }]
  return noRegion ? [{ severity: 'warning', ...noSuchRegion(raw.snippet) }] : []
}

/** Adds a problem that is not told yet. */
function add(problems: Problem[], problem: Problem): void {
  const { file, line, column, code } = problem
  if (!problems.some(p => p.file === file && p.line === line && p.column === column && p.code === code))
    problems.push(problem)
}

function fenceOf(found: Found, parsing: Parsing, lines: string[]): Fence {
  const { raw, info, slide, ordinal, file, line } = found
  const id = idOf(info)?.value ?? `slide${slide.index + 1}-${ordinal}`
  const fence: Fence = { info: raw.info, code: raw.code, id, problems: [] }
  const tell = (problem: Problem): void => {
    fence.problems.push(problem)
    add(parsing.problems, problem)
  }
  const report: FencePlace['report'] = (offset, code, message, hint) =>
    tell({ severity: WARNINGS.has(code) ? 'warning' : 'error', file, line, column: raw.snippet ? found.column : found.column + offset, code, message, hint })
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
    codeLine: content.line,
    report,
    reportCode: (codeLine, column, message, hint) =>
      tell({
        severity: 'error',
        ...(raw.snippet
          ? { file: content.files[0] ?? file, line: content.line - 1 + codeLine, column }
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
    return { code: raw.code, files: [], line: 1 }
  const { file, text, line, noRegion, outside } = readSnippet(raw.snippet, dir, slide.source.filepath)
  const problem = text === undefined ? noFile(raw.snippet, outside) : noRegion ? noSuchRegion(raw.snippet) : undefined
  if (problem)
    report(0, problem.code, problem.message, problem.hint)
  return { code: text ?? '', files: text === undefined ? [] : [relative(dir, file)], line }
}

function noFile({ path }: SnippetPath, outside: boolean): { code: string, message: string, hint: string } {
  if (outside)
    return { code: 'outside-project', message: `Slidev does not read ${path}, which lies outside of the project`, hint: 'Put it into the folder with the project\'s package.json, or below it.' }
  const hint = /\s\[/.test(path)
    ? 'The title of an import stands behind its brace: <<< path lang {…} [title]'
    : 'Paths begin at the deck\'s folder (@/) or at the file that imports.'
  return { code: 'no-file', message: `there is no file ${path}`, hint }
}

function noSuchRegion({ path, region }: SnippetPath): { code: string, message: string, hint: string } {
  return { code: 'no-region', message: `${path} has no region ${region}, and Slidev shows all of it`, hint: `Begin it with a comment: #region ${region}, and end it: #endregion ${region}` }
}
