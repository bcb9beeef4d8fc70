import type { SlideInfo } from '@slidev/types'
import type { Settings } from '../protocol/headmatter.ts'
import type { Problem, Step } from '../protocol/step.ts'
import type { Deck, DeckSlide, Fence } from './deck.ts'
import type { RawFence } from './fences.ts'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { load } from '@slidev/parser/fs'
import { StepError } from '../protocol/error.ts'
import { parseDuration } from '../protocol/headmatter.ts'
import { scanFences } from './fences.ts'
import { checkNeeds } from './graph.ts'
import { hashOf } from './hash.ts'
import { readHeadmatter } from './headmatter.ts'
import { parseInfo } from './info.ts'
import { idOf, toStep } from './step.ts'
import { readFiles, usedFiles } from './used-files.ts'
import { checkViews } from './views.ts'

interface Parsing {
  dir: string
  settings: Settings
  problems: Problem[]
  steps: Map<string, Step>
  /** Faulty ones too, so that what they need is judged with the rest; by place. */
  fences: Map<string, Step>
  /** Ids of faulty fences too, so that other checks do not stumble over them; by place. */
  ids: Map<string, string>
}

/** Parses a deck with all its imports; throws StepError `bad-input` only if the file cannot be read. */
export async function parseDeck(entry: string): Promise<Deck> {
  const file = resolve(entry)
  const dir = dirname(file)
  if (!existsSync(file))
    throw new StepError('bad-input', `there is no deck ${entry}`, 'Name a Markdown file.')
  const data = await load({ userRoot: dir, roots: [dir], allowedRoots: [packageRoot(dir)] }, file)
  const problems: Problem[] = []
  const { settings, checkGrants } = readHeadmatter(readFileSync(file, 'utf8'), basename(file), problems)
  const parsing: Parsing = { dir, settings, problems, steps: new Map(), fences: new Map(), ids: new Map() }
  for (const [path, { errors = [] }] of Object.entries(data.markdownFiles)) {
    for (const { row, message } of errors)
      problems.push({ severity: 'error', file: relative(dir, path), line: row + 1, column: 1, code: 'slidev', message })
  }
  const slides = data.slides.map((slide): DeckSlide => ({
    no: slide.index + 1,
    title: slide.title ?? '',
    file: relative(dir, slide.source.filepath),
    line: slide.source.start + 1,
    durationMs: parseDuration(String(slide.frontmatter.duration ?? '').replace(/in$/, '').replace(/sec?$/, 's')),
    ...slide.note && { note: slide.note },
    fences: fencesOf(slide, parsing),
  }))
  const steps = [...parsing.steps.values()]
  const ids = [...new Set(parsing.ids.values())]
  checkNeeds([...parsing.fences.values()], new Set(ids), problems)
  for (const source of new Set(data.slides.map(slide => slide.source)))
    checkViews({ file: relative(dir, source.filepath), start: source.start, lines: source.raw.split('\n'), from: contentOf(source) }, ids, problems)
  checkGrants(ids)
  const headmatter = data.headmatter as { title?: string, lang?: string, duration?: unknown }
  return {
    file,
    dir,
    name: basename(file).replace(/\.md$/, ''),
    title: headmatter.title ?? basename(file),
    lang: headmatter.lang ?? 'en',
    durationMs: parseDuration(String(headmatter.duration ?? '').replace(/in$/, '')),
    settings,
    slides,
    steps,
    measured: measuredIn(data.slides.map(slide => slide.content)),
    problems: problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column),
    hash: createHash('sha256').update(Object.values(data.markdownFiles).map(md => md.raw).join('\0')).update(steps.map(s => s.hash).join()).digest('hex').slice(0, 16),
  }
}

/** What the deck's views ask to be measured. */
function measuredIn(contents: string[]): string[] {
  const tags = contents.flatMap(content => content.match(/<(?:LiveStats|live-stats)\b[^>]*/g) ?? [])
  return [...new Set(tags.flatMap(tag => /\bof="([^"]*)"/.exec(tag)?.[1]!.split(',').map(name => name.trim()) ?? ['*']))]
}

function packageRoot(dir: string): string {
  for (let at = dir; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')))
      return at
    if (dirname(at) === at)
      return dir
  }
}

/** Index of the first line behind the frontmatter among the lines of a slide. */
function contentOf({ start, contentStart = start }: SlideInfo['source']): number {
  return Math.max(0, contentStart - start)
}

function fencesOf(slide: SlideInfo, parsing: Parsing): Fence[] {
  const { source } = slide
  const path = relative(parsing.dir, source.filepath)
  const lines = source.raw.split('\n')
  const yamlEaten = source.frontmatterStyle === 'yaml'
  let ordinal = 0
  return scanFences(lines, contentOf(source)).flatMap((raw) => {
    const info = parseInfo(raw.info)
    if (!info)
      return []
    ordinal++
    const line = source.start + raw.line
    const fence: Fence = { info: raw.info, code: raw.code, problems: [] }
    const add = (problem: Problem): void => {
      fence.problems.push(problem)
      if (!parsing.problems.some(p => p.file === problem.file && p.line === problem.line && p.column === problem.column && p.code === problem.code))
        parsing.problems.push(problem)
    }
    const at = (offset: number): number => raw.snippet ? raw.column : raw.column + offset
    const report = (offset: number, code: string, message: string, hint?: string): void =>
      add({ severity: code === 'no-id' ? 'warning' : 'error', file: path, line, column: at(offset), code, message, hint })
    if (yamlEaten && raw.line <= 2)
      report(0, 'yaml-eaten', 'Slidev takes a YAML fence at the very beginning of a slide for frontmatter', 'Put a heading or any text before it.')
    if (!raw.closed)
      report(0, 'unclosed-fence', 'the fence is not closed', 'End it with the same marks.')
    const content = snippetOf(raw, slide, parsing, report)
    fence.code = content.code
    const id = idOf(info)?.value ?? `slide${slide.index + 1}-${ordinal}`
    const place = `${path}:${line}`
    const other = [...parsing.ids].find(([p, other]) => other === id && p !== place)
    const known = parsing.steps.get(id)
    if (known && parsing.ids.get(place) === id) {
      known.slides.push(slide.index + 1)
      fence.stepId = id
      return [fence]
    }
    if (other)
      report(idOf(info)?.offset ?? 0, 'duplicate-id', `the id ${id} stands at ${other[0]} already`, 'Give each step an id of its own.')
    parsing.ids.set(place, parsing.ids.get(place) ?? id)
    const step = toStep(info, content.code, parsing.settings, {
      slide: slide.index + 1,
      ordinal,
      file: path,
      line,
      column: raw.column,
      files: content.files,
      report,
      reportCode: (codeLine, column, message, hint) => add({ severity: 'error', file: content.files[0] ?? path, line: raw.snippet ? codeLine : line + codeLine, column, code: info.lang === 'http' ? 'bad-request' : 'bad-yaml', message, hint }),
    })
    if (step)
      parsing.fences.set(place, step)
    if (step && !fence.problems.some(p => p.severity === 'error')) {
      const used = usedFiles(step, parsing.dir)
      step.files = [...new Set([...step.files, ...used])]
      step.hash = hashOf(step, [content.code, ...readFiles(used, parsing.dir)])
      parsing.steps.set(id, step)
      fence.stepId = id
    }
    return [fence]
  })
}

function snippetOf(raw: RawFence, slide: SlideInfo, { dir }: Parsing, report: (offset: number, code: string, message: string, hint?: string) => void): { code: string, files: string[] } {
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
