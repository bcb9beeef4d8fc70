/** A part of a Markdown file; `line` counts from 1. */
export type Block
  = | { type: 'fence', line: number, indent: string, info: string, code: string[], end: string, unclosed: boolean }
    | { type: 'comment', line: number, body: string }
    | { type: 'text', line: number, text: string }

/** What a deck does not do although the file asked for it; `line` is of that file. */
export interface Lost { line: number, what: string, hint?: string }

/** A file that became a deck. */
export interface Imported { deck: string, steps: number, lost: Lost[] }

/** The front matter of a file as it stands between its dashes, and where the rest begins. */
export interface Front { yaml: string, from: number }

const RE_OPEN = /^(\s*)(`{3,}|~{3,})\s*(.*)$/
const RE_COMMENT = /^\s*<!--([\s\S]*?)-->\s*$/

/** The front matter of a Markdown file; empty where there is none. */
export function frontOf(lines: string[]): Front {
  const end = lines[0]?.trim() === '---' ? lines.findIndex((line, index) => index > 0 && line.trim() === '---') : -1
  return end < 0 ? { yaml: '', from: 0 } : { yaml: lines.slice(1, end).join('\n'), from: end + 1 }
}

/** The fences, comments that stand alone, and lines of text behind the front matter. */
export function blocksOf(lines: string[], from: number): Block[] {
  const blocks: Block[] = []
  for (let at = from; at < lines.length; at++) {
    const text = lines[at]!
    const line = at + 1
    const [, indent = '', mark, info = ''] = RE_OPEN.exec(text) ?? []
    if (mark && !(mark[0] === '`' && info.includes('`'))) {
      const close = new RegExp(`^\\s*${mark[0]}{${mark.length},}\\s*$`)
      const end = lines.findIndex((other, index) => index > at && close.test(other))
      const code = lines.slice(at + 1, end < 0 ? undefined : end)
      blocks.push({ type: 'fence', line, indent, info: info.trim(), code: code.map(own => own.startsWith(indent) ? own.slice(indent.length) : own.trimStart()), end: fenceMark(code), unclosed: end < 0 })
      at = end < 0 ? lines.length : end
      continue
    }
    const end = text.trimStart().startsWith('<!--') ? lines.findIndex((other, index) => index >= at && other.includes('-->')) : -1
    const [, body] = (end < 0 ? undefined : RE_COMMENT.exec(lines.slice(at, end + 1).join('\n'))) ?? []
    if (body === undefined) {
      blocks.push({ type: 'text', line, text })
      continue
    }
    blocks.push({ type: 'comment', line, body: body.trim() })
    at = end
  }
  return blocks
}

/** A fence that never ends takes the rest of its file for code. */
export function unclosedIn(blocks: Block[]): Lost[] {
  return blocks.flatMap(block => block.type === 'fence' && block.unclosed ? [{ line: block.line, what: 'what stands below a fence that is never closed: all of it is its code', hint: 'Close the fence.' }] : [])
}

/** More backticks than the code has in a row. */
function fenceMark(code: string[]): string {
  const longest = Math.max(2, ...code.flatMap(line => line.match(/^\s*`+/g) ?? []).map(ticks => ticks.trim().length))
  return '`'.repeat(longest + 1)
}
