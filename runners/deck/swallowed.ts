import type { Problem } from '../protocol/problem.ts'
import type { SlideText } from './slide-text.ts'

const RE_MARKS = /^\s*`+/

/**
 * Tells of slides that Slidev does not part: it looks for code blocks line by line, and takes the end of one that opens
 * behind a list's mark, or that is indented otherwise than its end, for the begin of another.
 */
export function checkSwallowed({ file, text, start, fences }: SlideText, problems: Problem[]): void {
  const lines = text.split('\n')
  for (const [from, to] of blocksOf(lines)) {
    const parts = lines.findIndex((line, i) => i > from && i < to && line.startsWith('---') && !fences.some(fence => i >= fence.line - 1 && i < fence.end))
    if (parts === -1)
      continue
    problems.push({
      severity: 'error',
      file,
      line: start + from + 1,
      column: lines[from]!.search(/\S/) + 1,
      code: 'swallowed-slide',
      message: `Slidev takes this line for the begin of a code block, so the --- in line ${start + parts + 1} begins no slide`,
      hint: 'Give the first and the last line of each code block a line of their own, with the same indentation.',
    })
  }
}

/** First and last lines, from 0, of what Slidev takes for code blocks when it parts one (`parse` of @slidev/parser). */
function blocksOf(lines: string[]): [from: number, to: number][] {
  const blocks: [number, number][] = []
  for (let i = 0; i < lines.length; i++) {
    if (!lines[i]!.trimStart().startsWith('```'))
      continue
    const [marks] = RE_MARKS.exec(lines[i]!)!
    const end = lines.findIndex((line, j) => j > i && line.startsWith(marks))
    if (end === -1)
      continue
    blocks.push([i, end])
    i = end
  }
  return blocks
}
