import type { SourceSlideInfo } from '@slidev/types'
import type { Problem } from '../protocol/problem.ts'
import type { Headmatter } from './headmatter.ts'
import { readFile } from 'node:fs/promises'
import { basename, dirname, relative } from 'node:path'
import { load } from '@slidev/parser/fs'
import { isMap } from 'yaml'
import { readHeadmatter } from './headmatter.ts'
import { decode } from './text.ts'
import { workspaceOf } from './workspace.ts'

/** A deck as Slidev reads it, its settings, and the mistakes in its files beside those of its fences. */
export interface Loaded extends Headmatter { data: Awaited<ReturnType<typeof load>>, problems: Problem[] }

/**
 * Loads a deck (an absolute path) with all that it imports. What is not UTF-8 is decoded as what it is,
 * so that one mistake is told and not what follows from it.
 */
export async function loadDeck(file: string): Promise<Loaded> {
  const dir = dirname(file)
  const problems: Problem[] = []
  const texts = new Map<string, string>()
  const report = (path: string, problem: Pick<Problem, 'line' | 'column' | 'code' | 'message' | 'hint'>): void =>
    void problems.push({ severity: 'error', file: relative(dir, path), ...problem })
  const data = await load(
    { userRoot: dir, roots: [dir], allowedRoots: [workspaceOf(dir), dir] },
    file,
    async (path: string) => {
      const known = texts.get(path)
      if (known !== undefined)
        return known
      const { text, mistake } = decode(await readFile(path))
      texts.set(path, text)
      if (mistake)
        report(path, mistake)
      if (!text.trim()) {
        report(path, {
          line: 1,
          column: 1,
          code: 'empty-file',
          message: 'the file is empty',
          hint: 'Write a slide: # Title',
        })
      }
      return text
    },
  )
  for (const [path, { slides, errors = [] }] of Object.entries(data.markdownFiles)) {
    for (const { row, message } of errors)
      report(path, { line: row + 1, column: 1, code: 'slidev', message })
    // A slide begins with dashes and an empty line: what follows dashes at once is frontmatter, and not shown.
    for (const { start } of slides.filter(slide => isEaten(slide)))
      report(path, { line: start + 1, column: 1, code: 'eaten-slide', message: 'what stands between these dashes is taken for frontmatter, and not shown', hint: 'An empty line behind the dashes begins a slide.' })
    // The imported file stands in place of the whole slide.
    for (const { start } of slides.filter(({ frontmatter, content }) => frontmatter.src && content.trim()))
      report(path, { line: start + 1, column: 1, code: 'dropped-text', message: 'this slide is an imported file, and what follows its src: is not shown', hint: 'Three dashes behind the src: begin a slide of its own.' })
    // Slidev looks for the end of the frontmatter up to the end of the file.
    for (const { start } of slides.filter(({ contentStart = 0, end }) => contentStart > end))
      report(path, { line: start + 1, column: 1, code: 'unclosed-frontmatter', message: `the ${start ? 'front' : 'head'}matter that begins here is not closed, and all that follows belongs to it`, hint: 'End it with a line of three dashes: ---' })
  }
  return { data, ...readHeadmatter(data.entry.raw, basename(file), problems), problems }
}

/** Whether a slide's frontmatter holds text and no settings; at the head of a file it may be a comment. */
function isEaten({
  start,
  contentStart = 0,
  end,
  frontmatterStyle,
  frontmatterRaw,
  frontmatterDoc,
}: SourceSlideInfo): boolean {
  return (
    start > 0
    && contentStart <= end
    && frontmatterStyle === 'frontmatter'
    && !!frontmatterRaw?.trim()
    && !isMap(frontmatterDoc?.contents)
  )
}
