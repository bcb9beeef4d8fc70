import type { SnippetPath } from './markdown.ts'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isWithin, workspaceOf } from './workspace.ts'

/** What a `<<<` line imports. */
export interface Snippet {
  /** Absolute. */
  file: string
  /** Missing where the file is not there, or where Slidev does not read it. */
  text?: string
  /** Whether it lies where Slidev reads no files for the deck. */
  outside: boolean
  /** The line of the file, from 1, at which `text` begins. */
  line: number
  /** Whether the file has no region of the name, of which Slidev then takes all. */
  noRegion: boolean
}

/** How comments of a language begin and end a region, as Slidev reads them. */
const MARKERS: { start: RegExp, end: RegExp }[] = [
  { start: /^\s*\/\/\s*#?region\b\s*(.*?)\s*$/, end: /^\s*\/\/\s*#?endregion\b\s*(.*?)\s*$/ },
  { start: /^\s*<!--\s*#?region\b\s*(.*?)\s*-->/, end: /^\s*<!--\s*#?endregion\b\s*(.*?)\s*-->/ },
  { start: /^\s*\/\*\s*#region\b\s*(.*?)\s*\*\//, end: /^\s*\/\*\s*#endregion\b\s*(.*?)\s*\*\// },
  { start: /^\s*#[rR]egion\b\s*(.*?)\s*$/, end: /^\s*#[eE]nd ?[rR]egion\b\s*(.*?)\s*$/ },
  { start: /^\s*#\s*#?region\b\s*(.*?)\s*$/, end: /^\s*#\s*#?endregion\b\s*(.*?)\s*$/ },
  { start: /^\s*(?:--|::|@?REM)\s*#region\b\s*(.*?)\s*$/, end: /^\s*(?:--|::|@?REM)\s*#endregion\b\s*(.*?)\s*$/ },
  { start: /^\s*#pragma\s+region\b\s*(.*?)\s*$/, end: /^\s*#pragma\s+endregion\b\s*(.*?)\s*$/ },
  { start: /^\s*\(\*\s*#region\b\s*(.*?)\s*\*\)/, end: /^\s*\(\*\s*#endregion\b\s*(.*?)\s*\*\)/ },
]

/** Reads what a `<<<` line in the file `importer` imports, for a deck in the folder `dir`. */
export function readSnippet({ path, region }: SnippetPath, dir: string, importer: string): Snippet {
  const file = path.startsWith('@/') ? resolve(dir, path.slice(2)) : resolve(dirname(importer), path)
  const outside = !isWithin(file, workspaceOf(dir))
  if (outside)
    return { file, line: 1, noRegion: false, outside }
  if (!existsSync(file) || !statSync(file).isFile())
    return { file, line: 1, noRegion: false, outside }
  const text = readFileSync(file, 'utf8')
  const found = region ? regionOf(text.split(/\r?\n/), region) : undefined
  return { file, text: found?.text ?? text, line: found?.line ?? 1, noRegion: Boolean(region && !found), outside }
}

/** The lines of a region without its indentation and its marks. */
function regionOf(lines: string[], name: string): { text: string, line: number } | undefined {
  const isStart = ({ start }: { start: RegExp }, line: string): boolean => start.exec(line)?.[1] === name
  const first = lines.findIndex(line => MARKERS.some(marker => isStart(marker, line)))
  const marker = MARKERS.find(m => first >= 0 && isStart(m, lines[first]!))
  let open = 1
  if (!marker)
    return undefined
  for (let at = first + 1; at < lines.length; at++) {
    if (isStart(marker, lines[at]!))
      open++
    const end = marker.end.exec(lines[at]!)?.[1]
    if ((end === name || end === '') && --open === 0) {
      const inside = lines.slice(first + 1, at).filter(line => !marker.start.test(line) && !marker.end.test(line))
      return { text: dedented(inside), line: first + 2 }
    }
  }
  return undefined
}

function dedented(lines: string[]): string {
  const indent = Math.min(...lines.filter(line => /[^ \t]/.test(line)).map(line => line.search(/[^ \t]/)))
  return lines.map(line => line.slice(Number.isFinite(indent) ? indent : 0)).join('\n')
}
