/** An instruction of a Dockerfile; the engine counts its steps by them. */
export interface Instruction {
  /** Where it begins and ends, from 1. */
  line: number
  lastLine: number
  /** In upper case. */
  keyword: string
  /** What follows the keyword, continuation lines joined. */
  rest: string
  /** One of ours, which no audience sees. */
  added: boolean
}

const RE_HEREDOC = /<<-?\s*(["']?)([A-Z_]\w*)\1/gi
const WITH_HEREDOC = new Set(['RUN', 'COPY', 'ADD'])

/** Splits a Dockerfile into its instructions; what the engine will refuse is an instruction like any other here. */
export function parseInstructions(code: string): Instruction[] {
  const escape = escapeOf(code)
  const instructions: Instruction[] = []
  let open: Instruction | undefined
  /** The marks that end the documents of the instruction above. */
  let marks: string[] = []
  code.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    if (marks.length) {
      instructions.at(-1)!.lastLine = index + 1
      if (line === marks[0])
        marks.shift()
      return
    }
    if (line.startsWith('#') || !line)
      return
    const goesOn = line.endsWith(escape)
    const text = goesOn ? line.slice(0, -1) : line
    if (open) {
      open.rest += ` ${text.trim()}`
      open.lastLine = index + 1
    }
    else {
      const [, keyword, rest] = /^(\S+)\s*(.*)$/.exec(text)!
      open = { line: index + 1, lastLine: index + 1, keyword: keyword!.toUpperCase(), rest: rest!, added: false }
      instructions.push(open)
    }
    if (goesOn)
      return
    marks = WITH_HEREDOC.has(open.keyword) ? [...open.rest.matchAll(RE_HEREDOC)].map(match => match[2]!) : []
    open = undefined
  })
  return instructions
}

/** The character that continues a line; a directive at the top may change it. */
function escapeOf(code: string): string {
  const top = code.split('\n', 3).filter(line => line.startsWith('#')).join('\n')
  return /^#\s*escape\s*=\s*`/im.test(top) ? '`' : '\\'
}
