import type { SourceSlideInfo } from '@slidev/types'
import type { Problem } from '../protocol/problem.ts'
import type { SlideText } from './slide-text.ts'

const RE_OPENS = /^\W*?(~{3,})/

/** Tells of code blocks that Slidev parts: to it, a `---` between tildes begins a slide. */
export function checkSplitFences(texts: ReadonlyMap<SourceSlideInfo, SlideText>, problems: Problem[]): void {
  const sources = [...texts.keys()]
  for (const [source, { file, text, start, fences }] of texts) {
    const lines = text.split('\n')
    const open = fences.find(({ closed, line }) => !closed && RE_OPENS.test(lines[line - 1]!))
    const [, marks] = open ? RE_OPENS.exec(lines[open.line - 1]!)! : []
    const closes = new RegExp(`^\\W*?${marks}~*\\s*$`, 'm')
    const later = sources.filter(other => other.filepath === source.filepath && other.start > source.start)
    if (!open || !later.some(({ raw }) => closes.test(raw)))
      continue
    problems.push({
      severity: 'error',
      file,
      line: start + open.line,
      column: lines[open.line - 1]!.indexOf('~') + 1,
      code: 'split-fence',
      message: 'Slidev ends this slide at the --- within this code block',
      hint: 'Put the code between backticks (```): only there a --- begins no slide.',
    })
  }
}
