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

/** Substitutions within substitutions are read this deep. */
const DEEPEST = 20

/**
 * The simple commands of a script in their order, those of `$(…)`, `` `…` `` and `sh -c '…'` among them. Reads what
 * stands there and expands nothing: here-documents and comments are skipped, quotes are taken off.
 */
export function shellCommands(script: string, depth = 0): ShellCommand[] {
  const commands: ShellCommand[] = []
  const documents: { end: string, indented: boolean }[] = []
  let words: string[] = []
  let redirects: string[] = []
  let at = 0

  function readInner(script: string): void {
    if (depth < DEEPEST)
      commands.push(...shellCommands(script, depth + 1))
  }

  function endCommand(): void {
    if (words.length || redirects.length)
      commands.push({ words, redirects })
    const shell = words.findIndex(word => RE_SHELL.test(nameOf(word)))
    const dashC = words.findIndex((word, i) => shell >= 0 && i > shell && /^-[a-z]*c$/.test(word))
    if (dashC >= 0)
      readInner(words[dashC + 1] ?? '')
    words = []
    redirects = []
  }

  function takeRedirect(operator: string): void {
    const word = readWord(script, skipBlanks(script, at + operator.length))
    at = word.end
    word.inner.forEach(readInner)
    if (/<<-?$/.test(operator))
      documents.push({ end: word.text, indented: operator.endsWith('-') })
    else if (!/&$|<<</.test(operator))
      redirects.push(word.text)
  }

  function takeOperator(operator: string): void {
    const newline = operator.indexOf('\n')
    at += newline < 0 ? operator.length : newline + 1
    endCommand()
    if (newline >= 0)
      skipDocuments()
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

  function takeWord(): void {
    const { text, end, inner, quoted } = readWord(script, at)
    at = Math.max(end, at + 1)
    inner.forEach(readInner)
    if (quoted || words.length || !RESERVED.has(text))
      words.push(text)
  }

  while (at < script.length) {
    const [redirect] = matchAt(RE_REDIRECT, script, at) ?? []
    const [operator] = matchAt(RE_OPERATOR, script, at) ?? []
    if (script.startsWith('\\\n', at))
      at += 2
    else if (/[ \t\r]/.test(script[at]!))
      at++
    else if (script[at] === '#')
      at = lineEnd(script, at)
    else if (redirect)
      takeRedirect(redirect)
    else if (operator)
      takeOperator(operator)
    else
      takeWord()
  }
  endCommand()
  return commands
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at
  return sticky.exec(text)
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
