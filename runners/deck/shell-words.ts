/** A simple command of a shell script, as words; what the shell would put for a `$NAME` is not known and stays as written. */
export interface ShellCommand {
  words: string[]
  /** Targets and sources of `<` and `>`. */
  redirects: string[]
}

/** Words after which another command begins. */
const RESERVED = new Set(['!', '{', '}', 'if', 'then', 'elif', 'else', 'fi', 'while', 'until', 'do', 'done', 'time', 'coproc'])
const RE_OPERATOR = /[;&|()\n]+/y
const RE_REDIRECT = /\d*(?:<<<|<<-?|<>|<&|>&|>>|>\||&>>?|<|>)/y
const RE_SHELL = /^(?:sh|bash|zsh|dash|ash)$/

/**
 * The simple commands of a script in their order, those of `$(…)`, `` `…` `` and `sh -c '…'` among them. Reads what
 * stands there and expands nothing: here-documents and comments are skipped, quotes are taken off.
 */
export function shellCommands(script: string): ShellCommand[] {
  const commands: ShellCommand[] = []
  const documents: { end: string, indented: boolean }[] = []
  let words: string[] = []
  let redirects: string[] = []
  let at = 0

  function endCommand(): void {
    if (words.length || redirects.length)
      commands.push({ words, redirects })
    const shell = words.findIndex(word => RE_SHELL.test(nameOf(word)))
    const dashC = words.findIndex((word, i) => shell >= 0 && i > shell && /^-[a-z]*c$/.test(word))
    if (dashC >= 0)
      commands.push(...shellCommands(words[dashC + 1] ?? ''))
    words = []
    redirects = []
  }

  function skipDocuments(): void {
    for (const { end, indented } of documents.splice(0)) {
      while (at < script.length) {
        const line = script.slice(at, lineEnd(script, at))
        at = lineEnd(script, at) + 1
        if ((indented ? line.replace(/^\t+/, '') : line) === end)
          break
      }
    }
  }

  while (at < script.length) {
    const char = script[at]!
    RE_OPERATOR.lastIndex = RE_REDIRECT.lastIndex = at
    const redirect = RE_REDIRECT.exec(script)
    if (char === '\\' && script[at + 1] === '\n') {
      at += 2
    }
    else if (char === ' ' || char === '\t' || char === '\r') {
      at++
    }
    else if (char === '#') {
      at = lineEnd(script, at)
    }
    else if (redirect) {
      at = skipBlanks(script, RE_REDIRECT.lastIndex)
      const word = readWord(script, at)
      at = word.end
      commands.push(...word.inner.flatMap(shellCommands))
      if (/<<-?$/.test(redirect[0]))
        documents.push({ end: word.text, indented: redirect[0].endsWith('-') })
      else if (!/&$|<<</.test(redirect[0]))
        redirects.push(word.text)
    }
    else if (RE_OPERATOR.test(script)) {
      const operator = script.slice(at, RE_OPERATOR.lastIndex)
      const newline = operator.indexOf('\n')
      at += newline < 0 ? operator.length : newline + 1
      endCommand()
      if (newline >= 0)
        skipDocuments()
    }
    else {
      const { text, end, inner, quoted } = readWord(script, at)
      at = Math.max(end, at + 1)
      commands.push(...inner.flatMap(shellCommands))
      if (quoted || words.length || !RESERVED.has(text))
        words.push(text)
    }
  }
  endCommand()
  return commands
}

/** The word that begins at `from`, without its quotes; `inner` are the scripts of its substitutions. */
function readWord(script: string, from: number): { text: string, end: number, inner: string[], quoted: boolean } {
  const inner: string[] = []
  let text = ''
  let quote = ''
  let quoted = false
  let at = from
  for (; at < script.length; at++) {
    const char = script[at]!
    if (quote === '\'') {
      if (char === '\'')
        quote = ''
      else
        text += char
    }
    else if (char === '\\') {
      const next = script[++at] ?? ''
      text += next === '\n' ? '' : quote && !'"\\$`'.includes(next) ? `\\${next}` : next
    }
    else if (char === '"' || (char === '\'' && !quote)) {
      quote = quote ? '' : char
      quoted = true
    }
    else if (char === '`' || (char === '$' && script[at + 1] === '(')) {
      const end = char === '`' ? Math.max(at, script.indexOf('`', at + 1)) : closing(script, at + 1)
      inner.push(script.slice(at + (char === '`' ? 1 : 2), end))
      text += script.slice(at, end + 1)
      at = end
    }
    else if (!quote && /[\s;&|()<>]/.test(char)) {
      break
    }
    else {
      text += char
    }
  }
  return { text, end: Math.min(at, script.length), inner: inner.filter(script => !script.startsWith('(')), quoted }
}

/** Where the parenthesis that opens at `from` closes. */
function closing(script: string, from: number): number {
  let depth = 0
  for (let at = from; at < script.length; at++) {
    const char = script[at]!
    if (char === '\\')
      at++
    else if (char === '\'')
      at = Math.max(at, script.indexOf('\'', at + 1))
    else if (char === '(')
      depth++
    else if (char === ')' && !--depth)
      return at
  }
  return script.length
}

function skipBlanks(script: string, at: number): number {
  while (script[at] === ' ' || script[at] === '\t')
    at++
  return at
}

function lineEnd(script: string, at: number): number {
  const end = script.indexOf('\n', at)
  return end < 0 ? script.length : end
}

/** The name of a program that may be called by its path. */
export function nameOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1)
}
