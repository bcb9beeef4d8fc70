import type { Token } from './shell-tokens.ts'
import { createPlaces } from './shell-places.ts'
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
  /** Whether it is run whatever the commands before it answer, and must not fail. */
  sure: boolean
  /** The function in whose body it stands. */
  body?: string
  /** The commands to which it was given as a script, as to `sh -c`; the innermost first. */
  givenTo: string[][]
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
  const places = createPlaces()
  /** The commands that read the here-documents to come. */
  const readers: string[][] = []
  let words: string[] = []
  let redirects: string[] = []
  /** How many `case` are open, and whether a pattern of the innermost comes next. */
  let cases = 0
  let pattern = false

  function add(command: ShellCommand): void {
    places.add(command)
    commands.push(command)
  }

  function readInner(inner: string, givenTo?: string[]): void {
    for (const command of depth < DEEPEST ? shellCommands(inner, depth + 1) : [])
      add(givenTo ? { ...command, givenTo: [...command.givenTo, givenTo] } : command)
  }

  function endCommand(): void {
    const own = words
    if (own.length || redirects.length)
      add({ words: own, redirects, sure: true, givenTo: [] })
    scriptsIn(own).forEach(inner => readInner(inner, own))
    words = []
    redirects = []
  }

  /** Between `[[` and `]]` words and operators are none of the shell's. */
  const inTest = (): boolean => words[0] === '[[' && words.at(-1) !== ']]'

  const take: { [T in Token['type']]: (token: Extract<Token, { type: T }>) => void } = {
    word({ text, inner, quoted }) {
      inner.forEach(own => readInner(own))
      const role = quoted || inTest() ? 'word' : roleOf(text, words)
      if (role === 'reserved' || role === 'esac')
        places.word(text)
      if (role === 'body') {
        places.defines(words[1] ?? '')
        places.word(text)
      }
      if (role === 'word' || role === 'in')
        words.push(text)
      if (role === 'body')
        words = []
      if (role === 'in') {
        endCommand()
        places.word('case')
      }
      cases = Math.max(0, cases + (role === 'in' ? 1 : role === 'esac' ? -1 : 0))
      pattern = role === 'in' || (pattern && role !== 'esac')
    },
    redirect({ operator, text, inner }) {
      inner.forEach(own => readInner(own))
      if (RE_HERE_DOCUMENT.test(operator))
        readers.push(words)
      else if (operator.endsWith('<<<') && readsScript(words))
        readInner(text, words)
      else if (!/&$|<<<$/.test(operator))
        redirects.push(text)
    },
    operator({ text }) {
      if (inTest())
        return
      const begins = /^\(.*\)$/.test(text) && words.length === (words[0] === 'function' ? 2 : 1)
      if (begins)
        places.defines(words.at(-1)!)
      // A pattern calls nothing, nor does `name()`, which begins a function.
      if (pattern || begins)
        words = []
      endCommand()
      if (!pattern && (text === '(' || text === ')'))
        places.word(text)
      else if (!pattern && !begins)
        places.operator(text)
      pattern = pattern ? text !== ')' : cases > 0 && /^;[;&]/.test(text)
    },
    document({ text, literal }) {
      const reader = readers.shift() ?? []
      if (readsScript(reader))
        readInner(text, reader)
      else if (!literal)
        substitutionsIn(text).forEach(own => readInner(own))
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
