import type { SourceSlideInfo } from '@slidev/types'
import type { Node } from 'yaml'
import { isMap, isScalar } from 'yaml'

/** Line and column in the file, from 1, of a key in a slide's frontmatter, or of its value. */
export function frontPlaceOf(
  { raw, start, frontmatterDoc, frontmatterRaw = '' }: SourceSlideInfo,
  key: string,
  part: 'key' | 'value' = 'value',
): { line: number, column: number } {
  const contents = frontmatterDoc?.contents
  const pair = isMap(contents) ? contents.items.find(item => isScalar(item.key) && item.key.value === key) : undefined
  const node = part === 'value' ? pair?.value ?? pair?.key : pair?.key
  const offset = (node as Node | undefined)?.range?.[0]
  if (offset === undefined)
    return { line: start + 1, column: 1 }
  const before = `${raw.slice(0, Math.max(0, raw.indexOf(frontmatterRaw)))}${frontmatterRaw.slice(0, offset)}`.split('\n')
  return { line: start + before.length, column: before.at(-1)!.length + 1 }
}
