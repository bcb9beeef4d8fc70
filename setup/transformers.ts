import type { ResolvedSlidevOptions, TransformersSetupReturn } from '@slidev/types'
import type { MarkdownExit } from 'markdown-exit'
import type { Fence } from '../runners/deck/deck.ts'
import type { Problem } from '../runners/protocol/problem.ts'
import type { Step } from '../runners/protocol/step.ts'
import { relative } from 'node:path'
import { fenceMarks, readMark, unseenPlaces } from '../runners/deck/fence-marks.ts'
import { createMarkdown } from '../runners/deck/markdown.ts'
import { isOurs } from '../runners/deck/slide-fences.ts'
import { parseSlidevInfo } from '../runners/deck/slidev-info.ts'
import { deckOfSteps, useDeck } from './deck.ts'
import { escapeAttribute, escapeMustaches, mistakesTag } from './mistakes-tag.ts'

/**
 * What a fence on disk stands for: a step, or the mistakes in it. While the deck is presented that is the step of
 * the start by its id, so that the audience sees what runs, and undefined for what came or broke since.
 */
async function resolve(entry: string, fence: Fence): Promise<Step | Problem[] | undefined> {
  const [now, running] = await Promise.all([useDeck(entry).current(), deckOfSteps(entry)])
  const errors = fence.problems.filter(problem => problem.severity === 'error')
  const step = running.steps.find(s => s.id === fence.id)
  if (running === now)
    return errors.length || !step ? errors : step
  const known = running.slides.flatMap(slide => slide.fences).some(f => f.info === fence.info && f.code === fence.code)
  return errors.length && known ? errors : step
}

/** Slidev's own frame of a code block, with all that it can do, around highlighted code. */
function codeBlock(info: string, html: string): string {
  const { title, ranges, options } = parseSlidevInfo(info)
  const bound = options ? ` v-bind="${escapeAttribute(options)}"` : ''
  return `<CodeBlockWrapper${bound} title="${escapeAttribute(title)}" :ranges="${escapeAttribute(JSON.stringify(ranges))}">${escapeMustaches(html)}</CodeBlockWrapper>`
}

/** A Markdown parser with what the deck's own configuration switches on. */
function markdownOf({ data: { features, config } }: ResolvedSlidevOptions): MarkdownExit {
  return createMarkdown({ katex: features.katex, comark: Boolean(config.comark || config.mdc) })
}

/**
 * A step's fence becomes `<LiveStep>` around Slidev's own code block; a faulty one shows its errors in its place.
 * The fences of the parsed deck are numbered in the Markdown, as a fence that is rendered knows no place.
 */
export default (): Partial<TransformersSetupReturn> => ({
  pre: [
    async ({ s, slide, options }) => {
      const deck = await useDeck(options.entry).current()
      const fences = deck.slides[slide.index]?.fences ?? []
      if (!fences.length)
        return
      const [shown, markdown] = [s.toString(), markdownOf(options)]
      const marks = fenceMarks(shown, fences, markdown)
      const mistakes = unseenPlaces(shown, fences, markdown).map(({ from, to, fence }) =>
        ({ from, to, text: mistakesTag(fence.problems) + (to ? '' : '\n\n') }))
      for (const { from, to, text } of [...marks, ...mistakes])
        from === to ? s.appendLeft(from, text) : s.overwrite(from, to, text)
    },
  ],
  codeblocks: [
    async ({ info, code, fence: marks, slide, options, renderHighlighted }) => {
      const mark = readMark(info)
      const { slides } = await useDeck(options.entry).current()
      const fence = slide && mark ? slides[slide.index]?.fences[mark.number] : undefined
      if (!slide || !fence)
        return slide && isOurs({ info, code, marks }) ? mistakesTag([unseen(slide.source, options)]) : undefined
      const found = await resolve(options.entry, fence)
      if (Array.isArray(found))
        return mistakesTag(found)
      const [lang = ''] = /^[^\s[{]*/.exec(info)!
      const rest = mark!.info.slice(lang.length)
      const html = await renderHighlighted({ info: `${found?.lang ?? lang} ${parseSlidevInfo(rest).rest}`.trim(), code: `${found?.visible ?? code.trimEnd()}\n` })
      return found ? `<LiveStep id="${found.id}">${codeBlock(rest, html)}</LiveStep>` : codeBlock(rest, html)
    },
  ],
})

/** The mistake of a step that only Slidev sees: the deck's own code made it, and nobody has looked at it. */
function unseen(
  { filepath, start }: { filepath: string, start: number },
  { userRoot }: ResolvedSlidevOptions,
): Problem {
  return {
    severity: 'error',
    file: relative(userRoot, filepath),
    line: start + 1,
    column: 1,
    code: 'unseen-step',
    message: 'this step is not in the Markdown file: code of the deck or of an addon made it, so it cannot run',
    hint: 'Write the fence into the Markdown.',
  }
}
