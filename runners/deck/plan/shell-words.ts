import { lineEnd, readWord, substitutionsIn } from './shell-word.ts'

/** A simple command of a shell script, as words; what the shell would put for a `$NAME` is not known and stays as written. */
export interface ShellCommand {
  words: string[]
  /** Targets and sources of `<` and `>`. */
  redirects: string[]
}

/** A here-document whose lines are still to come, and the words of the command that reads it. */
interface HereDocument { end: string, indented: boolean, literal: boolean, reader: string[] }

/** Words after which another command begins. */
const RESERVED = new Set(['!', '{', '}', 'if', 'then', 'elif', 'else', 'fi', 'while', 'until', 'do', 'done', 'coproc'])
const RE_OPERATOR = /[;&|()\n]+/y
const RE_REDIRECT = /\d*(?:<<<|<<-?|<>|<&|>&|>>|>\||&>>?|<|>)/y
const RE_SHELL = /^(?:sh|bash|zsh|dash|ash)$/

/** Substitutions within substitutions are read this deep. */
const DEEPEST = 20

/**
 * The simple commands of a script in their order, those of `$(…)`, `` `…` ``, `eval` and `sh -c '…'` among them. Reads
 * what stands there and expands nothing: comments, here-documents and patterns of `case` are skipped, quotes are taken off.
 */
export function shellCommands(script: string, depth = 0): ShellCommand[] {
  const commands: ShellCommand[] = []
  const documents: HereDocument[] = []
  let words: string[] = []
  let redirects: string[] = []
  let at = 0
  /** How many `case` are open, and whether a pattern of the innermost comes next. */
  let cases = 0
  let pattern = false

  function readInner(script: string): void {
    if (depth < DEEPEST)
      commands.push(...shellCommands(script, depth + 1))
  }

  function endCommand(): void {
    if (words.length || redirects.length)
      commands.push({ words, redirects })
    scriptsIn(words).forEach(readInner)
    words = []
    redirects = []
  }

  function takeRedirect(operator: string): void {
    const { text, end, inner, quoted } = readWord(script, skipBlanks(script, at + operator.length))
    at = end
    inner.forEach(readInner)
    if (/^\d*<<-?$/.test(operator))
      documents.push({ end: text, indented: operator.endsWith('-'), literal: quoted, reader: words })
    else if (operator.endsWith('<<<') && readsScript(words))
      readInner(text)
    else if (!/&$|<<<$/.test(operator))
      redirects.push(text)
  }

  function takeOperator(operator: string): void {
    if (pattern) {
      const end = operator.indexOf(')')
      at += end < 0 ? operator.length : end + 1
      pattern = end < 0
      words = []
      return
    }
    const newline = operator.indexOf('\n')
    at += newline < 0 ? operator.length : newline + 1
    // `name()` begins a function, and calls nothing.
    if (operator.startsWith('()') && words.length === (words[0] === 'function' ? 2 : 1))
      words = []
    endCommand()
    pattern = cases > 0 && /;[;&]/.test(operator)
    if (newline >= 0)
      takeDocuments()
  }

  function takeDocuments(): void {
    for (const document of documents.splice(0)) {
      const { text, next } = readDocument(script, at, document)
      at = next
      if (readsScript(document.reader))
        readInner(text)
      else if (!document.literal)
        substitutionsIn(text).forEach(readInner)
    }
  }

  function takeWord(): void {
    const { text, end, inner, quoted } = readWord(script, at)
    at = Math.max(end, at + 1)
    inner.forEach(readInner)
    const role = quoted ? 'word' : roleOf(text, words)
    if (role === 'word' || role === 'in')
      words.push(text)
    if (role === 'body')
      words = []
    if (role === 'in') {
      endCommand()
      cases++
    }
    if (role === 'esac')
      cases = Math.max(0, cases - 1)
    pattern = role === 'in' || (pattern && role !== 'esac')
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

/** What an unquoted word is, behind the words `before` of its command: `in` opens a case, `body` a function. */
function roleOf(text: string, before: string[]): 'word' | 'reserved' | 'in' | 'esac' | 'body' {
  if (text === 'esac' && !before.length)
    return 'esac'
  if (text === 'in' && before[0] === 'case' && before.length === 2)
    return 'in'
  if (text === '{' && before[0] === 'function')
    return 'body'
  return RESERVED.has(text) && before.every(word => word === 'time' || word === '-p') ? 'reserved' : 'word'
}

/** The lines of a here-document that begins at `from`, and where the script goes on. */
function readDocument(script: string, from: number, { end, indented }: HereDocument): { text: string, next: number } {
  for (let at = from; at < script.length; at = lineEnd(script, at) + 1) {
    const line = script.slice(at, lineEnd(script, at))
    if ((indented ? line.replace(/^\t+/, '') : line) === end)
      return { text: script.slice(from, at), next: lineEnd(script, at) + 1 }
  }
  return { text: script.slice(from), next: script.length }
}

/** The scripts that a command is given as words: to `sh -c`, `eval` and `trap`. */
function scriptsIn(words: string[]): string[] {
  const [program, ...args] = words
  if (program === 'eval')
    return [args.join(' ')]
  if (program === 'trap')
    return (args[0] === '--' ? args.slice(1, 2) : args.slice(0, 1)).filter(word => !word.startsWith('-'))
  if (program === 'echo' || program === 'printf')
    return []
  const shell = words.findIndex(word => RE_SHELL.test(nameOf(word)))
  const dashC = words.findIndex((word, i) => shell >= 0 && i > shell && /^-[a-z]*c$/.test(word))
  return dashC < 0 ? [] : words.slice(dashC + 1, dashC + 2)
}

/** Whether a command is a shell that takes its script from its input. */
function readsScript(words: string[]): boolean {
  const shell = words.findIndex(word => RE_SHELL.test(nameOf(word)))
  return shell >= 0 && words[0] !== 'echo' && words.slice(shell + 1).every(word => word === '-' || /^-[a-z]*s$/.test(word) || /^-[eux]+$/.test(word))
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at
  return sticky.exec(text)
}

function skipBlanks(script: string, at: number): number {
  while (script[at] === ' ' || script[at] === '\t')
    at++
  return at
}

/** The name of a program that may be called by its path. */
export function nameOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1)
}
