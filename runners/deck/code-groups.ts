import type { Problem } from '../protocol/problem.ts'
import type { MarkdownFeatures } from './markdown.ts'
import type { SlideText } from './slide-text.ts'
import { placeOf, shownText } from './slide-text.ts'

const RE_GROUP = /^[ \t]*:{2,}[ \t]*code-group\b/gm

/** Warns of code groups in a deck that has components by colons not on: their marks are text, and all tabs are seen. */
export function checkCodeGroups(slide: SlideText, { comark }: MarkdownFeatures, problems: Problem[]): void {
  if (comark)
    return
  const text = shownText(slide)
  for (const { index, 0: mark } of text.matchAll(RE_GROUP)) {
    problems.push({
      severity: 'warning',
      file: slide.file,
      ...placeOf(slide, text, index + mark.search(/\S/)),
      code: 'no-comark',
      message: 'a code group is text here, with all its code below one another',
      hint: 'Write comark: true into the headmatter.',
    })
  }
}
