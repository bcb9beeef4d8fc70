import type { SourceSlideInfo } from '@slidev/types'
import type { Deck, DeckSlide } from './deck.ts'
import type { Parsing } from './slide-fences.ts'
import type { SlideText } from './slide-text.ts'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, relative, resolve } from 'node:path'
import { StepError } from '../protocol/error.ts'
import { parseDuration } from '../protocol/headmatter.ts'
import { checkCodeGroups } from './code-groups.ts'
import { drawingsOf } from './drawings.ts'
import { checkFrontKeys } from './front-keys.ts'
import { checkNeeds } from './graph.ts'
import { checkHiddenLines } from './hidden-lines.ts'
import { checkLayout, layoutsOf } from './layouts.ts'
import { loadDeck } from './load.ts'
import { createMarkdown, featuresOf } from './markdown.ts'
import { checkOutputs } from './outputs.ts'
import { checkFrontPictures, checkPictures } from './pictures.ts'
import { rootsOf } from './roots.ts'
import { fencesOf } from './slide-fences.ts'
import { readSlideText } from './slide-text.ts'
import { checkSplitFences } from './split-fences.ts'
import { checkSwallowed } from './swallowed.ts'
import { checkViews } from './views.ts'

/** Parses a deck with all its imports; throws StepError `not-found` only if the file cannot be read. */
export async function parseDeck(entry: string): Promise<Deck> {
  const file = resolve(entry)
  const dir = dirname(file)
  if (!existsSync(file))
    throw new StepError('not-found', `there is no deck ${entry}`, 'Name a Markdown file.')
  const { data, settings, checkGrants, problems } = await loadDeck(file)
  const parsing: Parsing = { dir, settings, problems, steps: new Map(), fences: new Map(), ids: new Map() }
  const texts = new Map<SourceSlideInfo, SlideText>()
  const features = featuresOf(data, dir)
  const markdown = createMarkdown(features)
  for (const { source } of data.slides)
    texts.set(source, texts.get(source) ?? readSlideText(source, dir, markdown))
  const slides = data.slides.map((slide): DeckSlide => ({
    no: slide.index + 1,
    title: slide.title ?? '',
    file: relative(dir, slide.source.filepath),
    line: slide.source.start + 1,
    durationMs: parseDuration(String(slide.frontmatter.duration ?? '').replace(/in$/, '').replace(/sec?$/, 's')),
    ...slide.note && { note: slide.note },
    fences: fencesOf(slide, texts.get(slide.source)!, parsing),
  }))
  const roots = rootsOf(dir, data.headmatter)
  const folders = { dir, roots: roots.folders }
  const layouts = roots.complete ? layoutsOf(dir, roots.folders) : undefined
  const steps = [...parsing.steps.values()]
  const ids = [...new Set(parsing.ids.values())]
  checkNeeds([...parsing.fences.values()], new Set(ids), problems)
  checkSplitFences(texts, problems)
  for (const text of texts.values()) {
    if (text.mistake)
      problems.push({ severity: 'error', file: text.file, line: text.start + 1, column: 1, code: 'bad-markdown', message: `Slidev cannot read the Markdown of this slide: ${text.mistake}` })
    checkSwallowed(text, problems)
    checkViews(text, { dir, ids, steps }, problems)
    checkPictures(text, folders, problems)
    checkCodeGroups(text, features, problems)
  }
  for (const source of new Set(data.slides.flatMap(slide => [...slide.importChain ?? [], slide.source]))) {
    checkFrontKeys(source, dir, problems)
    checkFrontPictures(source, folders, problems)
    if (layouts)
      checkLayout(source, layouts, dir, problems)
  }
  checkOutputs(texts.values(), steps, problems)
  steps.forEach(step => checkHiddenLines(step, problems))
  checkGrants(ids)
  const headmatter = data.headmatter as {
    title?: string
    lang?: string
    duration?: unknown
    export?: { range?: unknown }
    exportFilename?: unknown
  }
  const name = basename(file).replace(/\.md$/, '')
  return {
    file,
    dir,
    name,
    title: headmatter.title ?? basename(file),
    lang: headmatter.lang ?? 'en',
    durationMs: parseDuration(String(headmatter.duration ?? '').replace(/in$/, '')),
    ...exportNameOf(headmatter.exportFilename),
    printsPart: headmatter.export?.range !== undefined,
    drawings: drawingsOf(data.headmatter, dir, name),
    settings,
    slides,
    steps,
    measured: measuredIn(data.slides.map(slide => slide.content)),
    problems: problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column),
    hash: createHash('sha256').update(Object.values(data.markdownFiles).map(md => md.raw).join('\0')).update(steps.map(s => s.hash).join()).digest('hex').slice(0, 16),
  }
}

/** The name that a headmatter gives to exports; a deck chooses no folder for them. */
function exportNameOf(name: unknown): Pick<Deck, 'exportName'> {
  const own = typeof name === 'string' ? basename(name.trim()).replace(/\.(?:pdf|png|pptx|md|html)$/i, '') : ''
  return own && !/^\.+$/.test(own) ? { exportName: own } : {}
}

/** What the deck's views ask to be measured. */
function measuredIn(contents: string[]): string[] {
  const tags = contents.flatMap(content => content.match(/<(?:LiveStats|live-stats)\b[^>]*/g) ?? [])
  return [...new Set(tags.flatMap(tag => /\bof="([^"]*)"/.exec(tag)?.[1]!.split(',').map(name => name.trim()) ?? ['*']))]
}
