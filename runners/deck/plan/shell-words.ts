import type { Token } from './shell-tokens.ts'
import { RE_HERE_DOCUMENT, tokensOf } from './shell-tokens.ts'
import { substitutionsIn } from './shell-word.ts'

/**
 * A simple command of a shell script, as words; what the shell would put for a `$NAME` is not known and stays as
 * written.
 */
export interface ShellCommand {
  words: string[]
  /** Targets and sources of `<` and `>`. */
  redirects: string[]
}

/** Words after which another command begins. */
const RESERVED = new Set(['!', '{', '}', 'if', 'then', 'elif', 'else', 'fi', 'while', 'until', 'do', 'done', 'coproc'])
const RE_SHELL = /^(?:sh|bash|zsh|dash|ash)$/

/** Substitutions within substitutions are read this deep. */
const DEEPEST = 20

/**
 * The simple commands of a script in their order, those of `$(…)`, `` `…` ``, `eval` and `sh -c '…'` among them. Reads
 * what stands there and expands nothing: comments, here-documents and patterns of `case` are skipped, quotes are taken
 * off.
 */
export function shellCommands(script: string, depth = 0): ShellCommand[] {
  const commands: ShellCommand[] = []
  /** The commands that read the here-documents to come. */
  const readers: string[][] = []
  let words: string[] = []
  let redirects: string[] = []
  /** How many `case` are open, and whether a pattern of the innermost comes next. */
  let cases = 0
  let pattern = false

  function readInner(inner: string): void {
    if (depth < DEEPEST)
      commands.push(...shellCommands(inner, depth + 1))
  }

  function endCommand(): void {
    if (words.length || redirects.length)
      commands.push({ words, redirects })
    scriptsIn(words).forEach(readInner)
    words = []
    redirects = []
  }

  const take: { [T in Token['type']]: (token: Extract<Token, { type: T }>) => void } = {
    word({ text, inner, quoted }) {
      inner.forEach(readInner)
      const role = quoted ? 'word' : roleOf(text, words)
      if (role === 'word' || role === 'in')
        words.push(text)
      if (role === 'body')
        words = []
      if (role === 'in')
        endCommand()
      cases = Math.max(0, cases + (role === 'in' ? 1 : role === 'esac' ? -1 : 0))
      pattern = role === 'in' || (pattern && role !== 'esac')
    },
    redirect({ operator, text, inner }) {
      inner.forEach(readInner)
      if (RE_HERE_DOCUMENT.test(operator))
        readers.push(words)
      else if (operator.endsWith('<<<') && readsScript(words))
        readInner(text)
      else if (!/&$|<<<$/.test(operator))
        redirects.push(text)
    },
    operator({ text }) {
      // A pattern calls nothing, nor does `name()`, which begins a function.
      if (pattern || (/^\(.*\)$/.test(text) && words.length === (words[0] === 'function' ? 2 : 1)))
        words = []
      endCommand()
      pattern = pattern ? text !== ')' : cases > 0 && /^;[;&]/.test(text)
    },
    document({ text, literal }) {
      if (readsScript(readers.shift() ?? []))
        readInner(text)
      else if (!literal)
        substitutionsIn(text).forEach(readInner)
    },
  }
  for (const token of tokensOf(script))
    (take[token.type] as (token: Token) => void)(token)
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

/** The name of a program that may be called by its path. */
export function nameOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1)
}
