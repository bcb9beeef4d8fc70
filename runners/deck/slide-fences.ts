import type { SlideInfo } from '@slidev/types'
import type { Settings } from '../protocol/headmatter.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Step } from '../protocol/step.ts'
import type { Fence } from './deck.ts'
import type { RawFence } from './fences.ts'
import type { Info } from './info.ts'
import type { FencePlace } from './step.ts'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { scanFences } from './fences.ts'
import { hashOf } from './hash.ts'
import { parseInfo } from './info.ts'
import { idOf, toStep } from './step.ts'
import { readFiles, usedFiles } from './used-files.ts'

/** Of a fence, what is a step all the same. */
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
  line: number
}

interface Content { code: string, files: string[] }

/** The fences of ours on a slide; their steps and mistakes go to `parsing`. */
export function fencesOf(slide: SlideInfo, parsing: Parsing): Fence[] {
  const { source } = slide
  const file = relative(parsing.dir, source.filepath)
  let ordinal = 0
  return scanFences(source.raw.split('\n'), contentOf(source)).flatMap((raw) => {
    const info = parseInfo(raw.info)
    return info ? [fenceOf({ raw, info, slide, ordinal: ++ordinal, file, line: source.start + raw.line }, parsing)] : []
  })
}

/** Index of the first line behind the frontmatter among the lines of a slide. */
export function contentOf({ start, contentStart = start }: SlideInfo['source']): number {
  return Math.max(0, contentStart - start)
}

function fenceOf(found: Found, parsing: Parsing): Fence {
  const { raw, info, slide, ordinal, file, line } = found
  const fence: Fence = { info: raw.info, code: raw.code, problems: [] }
  const add = (problem: Problem): void => {
    fence.problems.push(problem)
    if (!parsing.problems.some(p => p.file === problem.file && p.line === problem.line && p.column === problem.column && p.code === problem.code))
      parsing.problems.push(problem)
  }
  const report: FencePlace['report'] = (offset, code, message, hint) =>
    add({ severity: WARNINGS.has(code) ? 'warning' : 'error', file, line, column: raw.snippet ? raw.column : raw.column + offset, code, message, hint })
  checkShape(found, report)
  const content = snippetOf(found, parsing.dir, report)
  fence.code = content.code
  // An empty terminal is one to type in.
  if (!content.code.trim() && info.words[0]?.key !== 'terminal' && !fence.problems.length)
    report(0, 'empty-step', 'the step is empty: there is nothing to run', 'Write into the fence what it does.')
  const id = idOf(info)?.value ?? `slide${slide.index + 1}-${ordinal}`
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
  const step = toStep(info, content.code, parsing.settings, {
    slide: slide.index + 1,
    ordinal,
    file,
    line,
    column: raw.column,
    files: content.files,
    report,
    reportCode: (codeLine, column, message, hint) => add({ severity: 'error', file: content.files[0] ?? file, line: raw.snippet ? codeLine : line + codeLine, column, code: info.lang === 'http' ? 'bad-request' : 'bad-yaml', message, hint }),
  })
  if (!step)
    return fence
  parsing.fences.set(place, step)
  if (!fence.problems.some(p => p.severity === 'error')) {
    parsing.steps.set(id, withFiles(step, content, parsing.dir))
    fence.stepId = id
  }
  return fence
}

/** What is wrong with a fence before its words are looked at. */
function checkShape({ raw, slide: { source } }: Found, report: FencePlace['report']): void {
  if (source.frontmatterStyle === 'yaml' && raw.line <= 2)
    report(0, 'yaml-eaten', 'Slidev takes a YAML fence at the very beginning of a slide for frontmatter', 'Put a heading or any text before it.')
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

/** The step with the files that it uses, and the hash that covers them. */
function withFiles(step: Step, { code }: Content, dir: string): Step {
  const used = usedFiles(step, dir)
  step.files = [...new Set([...step.files, ...used])]
  step.hash = hashOf(step, [code, ...readFiles(used, dir)])
  return step
}
