import type { SlideInfo } from '@slidev/types'
import type { RawFence } from './fences.ts'
import type { HiddenFence } from './hidden-fences.ts'
import type { Info } from './info.ts'
import { parseInfo } from './info.ts'

/** A fence of ours where no step can stand; `line` and `column` are the file's. */
export interface MisplacedFence {
  raw: RawFence
  info: Info
  line: number
  column: number
  misplaced: { code: string, message: string, hint: string }
}

const RE_MAGIC_MOVE = /^(?:md|markdown) magic-move\b/
/** An inner fence or import of `md magic-move`, as Slidev reads them there. */
const RE_INNER = /^(?:```|<<<)[ \t]*(.*)$/
/** What Slidev takes for code inside of it. */
const RE_INNER_CODE = /^```[ \w\t'-]*(?:\[[^\]]*\])?[ \t]*(?:\{[\w*,|-]+\}[^\r\n]*)?\r?\n(?:(?!^```)[\s\S])*?^```$/m

/** Whether a fence is one that animates the code of others in it. */
export function isMagicMove({ info, marks }: Pick<RawFence, 'info' | 'marks'>): boolean {
  return RE_MAGIC_MOVE.test(info) && marks === 4
}

/** Whether `md magic-move` has no code that Slidev finds; a line that imports some is taken for code. */
export function isEmptyMagicMove({ code }: Pick<RawFence, 'code'>): boolean {
  return !RE_INNER_CODE.test(code) && !/^<<<[ \t]*\S/m.test(code)
}

/** The first step that stands inside `md magic-move`, which only animates code; `line` is that of the outer fence. */
export function stepInMagicMove(raw: RawFence, line: number): MisplacedFence | undefined {
  for (const [i, text] of raw.code.split('\n').entries()) {
    const words = RE_INNER.exec(text)?.[1] ?? ''
    const info = parseInfo(words)
    if (info) {
      return {
        raw,
        info,
        line: line + i + 1,
        column: text.length - words.length + 1,
        misplaced: {
          code: 'misplaced-step',
          message: 'a step cannot stand in md magic-move, which shows code and runs none',
          hint: 'Put the step below it, in a fence of its own.',
        },
      }
    }
  }
  return undefined
}

/** The YAML fence at the very beginning of a slide, of which Slidev makes frontmatter. */
export function eatenFence({ source }: SlideInfo): MisplacedFence | undefined {
  const { frontmatterStyle, frontmatterRaw = '', raw, start } = source
  const opening = frontmatterStyle === 'yaml' ? /^(\s*```)(ya?ml.*)/.exec(raw) : null
  const info = opening && parseInfo(opening[2]!)
  if (!info)
    return undefined
  const before = opening[1]!.split('\n')
  const code = frontmatterRaw.slice(frontmatterRaw.indexOf('\n') + 1)
  return {
    raw: { info: opening[2]!.trim(), code, line: 1, end: 1, column: 1, marks: 3, closed: true },
    info,
    line: start + before.length,
    column: before.at(-1)!.length + 1,
    misplaced: {
      code: 'yaml-eaten',
      message: 'Slidev takes a YAML fence at the very beginning of a slide for frontmatter',
      hint: 'Put a heading or any text before it.',
    },
  }
}

/** A fence that Markdown does not see, on a slide whose text begins at line `start` of its file. */
export function hiddenFence({ raw, as }: HiddenFence, start: number): MisplacedFence {
  return {
    raw,
    info: raw.brace,
    line: start + raw.line,
    column: raw.column,
    misplaced: as === 'html'
      ? {
          code: 'fence-in-html',
          message: 'Markdown sees no fence here: it takes this line for a part of the HTML above it',
          hint: 'Leave an empty line between the tag and the fence, and one behind the fence.',
        }
      : {
          code: 'indented-fence',
          message: 'Markdown takes a fence that is indented by four characters for text',
          hint: 'Indent it by three at most, or as deep as the text of its list.',
        },
  }
}
