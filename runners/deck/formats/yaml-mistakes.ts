import type { Document, ErrorCode, LineCounter, Node } from 'yaml'
import { isMap, isScalar } from 'yaml'

/** A mistake in the YAML; `line` and `column` count from 1 within the fence. */
export interface YamlMistake { line: number, column: number, message: string, hint?: string }

const INDENTATION = new Set<ErrorCode>(['BAD_INDENT', 'BLOCK_AS_IMPLICIT_KEY', 'BLOCK_IN_FLOW', 'MULTILINE_IMPLICIT_KEY', 'TAB_AS_INDENT'])

/** What the YAML parser says, without its own idea of the place. */
export function yamlSentence(message: string): string {
  return message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')
}

/** What is no YAML; of mistakes at one place the first, as the others only follow from it. */
export function syntaxMistakes({ errors }: Document.Parsed, counter: LineCounter): YamlMistake[] {
  const mistakes = errors.map(({ code, pos, message }): YamlMistake => ({
    ...placeIn(counter, pos[0]),
    message: yamlSentence(message),
    ...INDENTATION.has(code) && { hint: 'Look at the indentation: keys that belong together begin in one column.' },
  }))
  return mistakes.filter(
    ({ line, column }, i) => mistakes.findIndex(other => other.line === line && other.column === column) === i,
  )
}

export function placeIn(counter: LineCounter, offset: number): { line: number, column: number } {
  const { line, col } = counter.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** Where the value at a path begins, or the deepest part of the path that is there. */
export function valueOffset(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined
    if (node?.range)
      return node.range[0]
  }
  return 0
}

/** Where a key stands: its value may be on a later line. */
export function keyOffset(document: Document, path: readonly PropertyKey[]): number {
  const map = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents
  const pair = isMap(map)
    ? map.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
    : undefined
  return (pair?.key as Node | undefined)?.range?.[0] ?? 0
}
