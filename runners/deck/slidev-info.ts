/** What an info string says to Slidev, without a brace of ours. */
export interface SlidevInfo {
  title: string
  /** `1|3-4|all`, one part a click. */
  ranges: string[]
  /** An object of Vue's, as `{lines:true,maxHeight:'80px'}`. */
  options?: string
  /** What is left for the highlighter. */
  rest: string
}

const RE_PART = /\[([^\]]*)\]|\{([\w,|\-*]+)\}|(\{[^}]*\})/g

/** Reads title, ranges and options of a fence in whatever order they stand; `info` comes without its language. */
export function parseSlidevInfo(info: string): SlidevInfo {
  const parts: Omit<SlidevInfo, 'rest'> = { title: '', ranges: [] }
  const rest = info.replace(RE_PART, (whole, title?: string, ranges?: string, options?: string) => {
    if (title !== undefined && !parts.title)
      parts.title = title
    else if (ranges !== undefined && !parts.ranges.length)
      parts.ranges = ranges.split('|').map(range => range.trim())
    else if (options !== undefined && parts.options === undefined)
      parts.options = options
    else
      return whole
    return ''
  })
  return { ...parts, rest: rest.replaceAll(/\s+/g, ' ').trim() }
}
