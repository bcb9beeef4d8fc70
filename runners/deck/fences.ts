/** A fence as it stands in a file; `line` and `column` count from 1 in `lines`. */
export interface RawFence {
  info: string
  /** Content with a final newline, as Markdown gives it. */
  code: string
  line: number
  /** Column of the info string. */
  column: number
  closed: boolean
  /** Of a `<<<` import instead of a fence. */
  snippet?: { path: string, region?: string }
}

const RE_OPEN = /^( *)(`{3,}|~{3,})\s*(.*)$/
// Slidev's own form of a snippet import: `<<< path#region lang {meta}`.

const RE_SNIPPET = /^(\s*<<<[ \t]*)(\S.*?)(#[\w-]+)?[ \t]*(?:[ \t](\S+?))?[ \t]*(\{.*)?$/

/** All fences and snippet imports of `lines`, outside HTML comments; a longer fence hides those inside it. */
export function scanFences(lines: string[], from = 0): RawFence[] {
  const fences: RawFence[] = []
  let comment = false
  for (let i = from; i < lines.length; i++) {
    const line = lines[i]!
    const open = comment ? null : RE_OPEN.exec(line)
    if (open && !(open[2]![0] === '`' && open[3]!.includes('`'))) {
      const end = closingLine(lines, i + 1, open[2]!)
      const [, indent, mark, info] = open
      fences.push({
        info: info!.trim(),
        code: lines.slice(i + 1, end).map(l => `${l.replace(new RegExp(`^ {0,${indent!.length}}`), '')}\n`).join(''),
        line: i + 1,
        column: line.indexOf(info!, indent!.length + mark!.length) + 1,
        closed: end < lines.length,
      })
      i = end
      continue
    }
    const snippet = comment ? null : RE_SNIPPET.exec(line)
    if (snippet) {
      const [, lead, path, region, lang, meta] = snippet
      const info = [lang ?? path!.split('.').at(-1), meta?.trim()].filter(Boolean).join(' ')
      fences.push({ info, code: '', line: i + 1, column: lead!.indexOf('<') + 1, closed: true, snippet: { path: path!, region: region?.slice(1) } })
      continue
    }
    comment = commentAfter(line, comment)
  }
  return fences
}

function closingLine(lines: string[], from: number, mark: string): number {
  const close = new RegExp(`^\\s*${mark[0]}{${mark.length},}\\s*$`)
  const end = lines.findIndex((line, index) => index >= from && close.test(line))
  return end < 0 ? lines.length : end
}

function commentAfter(line: string, comment: boolean): boolean {
  for (let at = 0; at < line.length;) {
    const next = line.indexOf(comment ? '-->' : '<!--', at)
    if (next < 0)
      break
    at = next + (comment ? 3 : 4)
    comment = !comment
  }
  return comment
}
