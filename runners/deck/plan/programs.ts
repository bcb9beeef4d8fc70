import type { ShellCommand } from './shell-words.ts'
import { nameOf, shellCommands } from './shell-words.ts'

/** A program that a script calls. */
export interface Call { program: string, args: string[] }

/** How a program that runs the rest of its words reads those before them. */
interface Prefix {
  /** Options whose value is a word of its own, as letters and as long names. */
  short?: string
  long?: string
  /** Words between its options and the program. */
  operands?: number
  /** With one of these options it runs nothing. */
  silent?: RegExp
}

const PREFIXES = new Map<string, Prefix>(Object.entries({
  builtin: {},
  command: { silent: /^-p?[vV]/ },
  doas: { short: 'Cu' },
  env: { short: 'uCS', long: 'unset chdir split-string' },
  exec: { short: 'a' },
  ionice: { short: 'cnp', long: 'class classdata' },
  nice: { short: 'n', long: 'adjustment' },
  nohup: {},
  setsid: {},
  stdbuf: { short: 'ioe', long: 'input output error' },
  sudo: { short: 'CDghpRTUur', long: 'user group chdir host prompt', silent: /^(?:-[lvkK]|--list|--validate)$/ },
  time: { short: 'fo', long: 'format output' },
  timeout: { short: 'ks', long: 'kill-after signal', operands: 1 },
  unshare: { short: 'SG', long: 'setuid setgid' },
  watch: { short: 'n', long: 'interval' },
  xargs: { short: 'aEdILnPs', long: 'arg-file delimiter max-args max-procs max-lines replace' },
}))

const RE_ASSIGNMENT = /^[A-Z_]\w*\+?=/i

/** Aliases of aliases are followed this far. */
const DEEPEST = 8

/** The programs that a script calls, in their order: behind `sudo` and the like, and by an alias, too. */
export function programsOf(script: string): Call[] {
  const commands = shellCommands(script)
  const aliases = aliasesIn(commands)
  return commands.flatMap(({ words }) => callsOf(words, aliases))
}

function callsOf(words: string[], aliases: ReadonlyMap<string, string>, depth = 0): Call[] {
  const [word, ...args] = called(words)
  if (word === undefined)
    return []
  const alias = depth < DEEPEST ? aliases.get(word) : undefined
  if (alias === undefined)
    return [{ program: nameOf(word), args }, ...nameOf(word) === 'find' ? foundBy(args).flatMap(own => callsOf(own, aliases, depth)) : []]
  // An alias that names itself means the program; the words behind it belong to its last command.
  const without = new Map([...aliases].filter(([name]) => name !== word))
  return shellCommands(alias).flatMap((command, i, all) =>
    callsOf(i < all.length - 1 ? command.words : [...command.words, ...args], without, depth + 1),
  )
}

/** The programs that a command starts one by the other: `sudo`, `env`, `docker`; as they stand there. */
export function chainOf(words: string[]): string[] {
  const from = words.findIndex(word => !RE_ASSIGNMENT.test(word))
  const own = from < 0 ? [] : words.slice(from)
  const prefix = own.length ? PREFIXES.get(nameOf(own[0]!)) : undefined
  const behind = prefix && behindPrefix(own.slice(1), prefix)
  return [...own.slice(0, 1), ...behind?.length ? chainOf(behind) : []]
}

/** What `find` runs: the words behind each `-exec`. */
function foundBy(args: string[]): string[][] {
  return args.flatMap((word, i) => {
    if (!/^-(?:exec|ok)(?:dir)?$/.test(word))
      return []
    const rest = args.slice(i + 1)
    const end = rest.findIndex(own => own === ';' || own === '+')
    return [end < 0 ? rest : rest.slice(0, end)]
  })
}

/** What commands say with `alias NAME=VALUE`. */
export function aliasesIn(commands: ShellCommand[]): Map<string, string> {
  return new Map(commands.flatMap(({ words: [first, ...rest] }) => first === 'alias'
    ? rest.flatMap((word): [string, string][] => word.indexOf('=') > 0 ? [[word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]] : [])
    : []))
}

/** The words from the program on that does the work; none where nothing is run. */
function called(words: string[]): string[] {
  const from = words.findIndex(word => !RE_ASSIGNMENT.test(word))
  const own = from < 0 ? [] : words.slice(from)
  const prefix = own.length ? PREFIXES.get(nameOf(own[0]!)) : undefined
  const behind = prefix && behindPrefix(own.slice(1), prefix)
  return behind ? behind.length ? called(behind) : own : own
}

/** The words behind a prefix's own; undefined where it runs nothing of them. */
function behindPrefix(words: string[], { short = '', long = '', operands = 0, silent }: Prefix): string[] | undefined {
  const left = [...words]
  for (let word = left[0]; word?.startsWith('-') && word !== '-'; word = left[0]) {
    left.shift()
    if (word === '--')
      break
    if (silent?.test(word))
      return undefined
    if (word.startsWith('--') ? long.split(' ').includes(word.slice(2)) : takesNext(word, short))
      left.shift()
  }
  return left.slice(operands)
}

/** Whether a group of letters ends with one that takes the next word: `-iu root`, and not `-uroot`. */
function takesNext(word: string, short: string): boolean {
  const at = [...word.slice(1)].findIndex(letter => short.includes(letter))
  return at === word.length - 2
}
