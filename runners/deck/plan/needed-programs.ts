import type { Step } from '../../protocol/step.ts'
import type { ShellCommand } from './shell-words.ts'
import { isShell, programOf } from '../../protocol/program.ts'
import { aliasesIn, chainOf } from './programs.ts'
import { shellCommands } from './shell-words.ts'

/** What shells do themselves: POSIX, then bash and zsh, then words of their grammar. */
const OWN_WORDS = new Set([
  ...[': . [ alias bg break cd command continue echo eval exec exit export false fc fg getopts hash jobs kill newgrp printf pwd read readonly return set shift test times trap true type ulimit umask unalias unset wait'],
  ...['bind builtin caller compgen complete compopt declare dirs disown enable help history let local logout mapfile popd pushd readarray shopt source suspend typeset'],
  ...['autoload bindkey chdir emulate float functions integer limit log noglob nocorrect print pushln rehash sched setopt unfunction unhash unlimit unsetopt vared whence where which zcompile zle zmodload zparseopts zstyle'],
  ...['case for function in select time ! [[ ]] { }'],
].flatMap(names => names.split(' ')))
/** Programs that ask whether others are there. */
const ASKS = new Set(['command', 'type', 'which', 'hash', 'whence', 'where'])
/** What a script that does one of these calls afterwards is not known. */
const HIDES = new Set(['.', 'source', 'eval'])
const RE_PATH = /^(?:PATH|path)\+?=/
const RE_SHELL = /^(?:(?:ba|z|da|a)?sh|eval|trap)$/
const RE_NAME = /^[a-z\d][\w.+-]*$/i

/** What the blocks of one shell make known to each other. */
interface Known {
  aliases: ReadonlyMap<string, string>
  /** The commands of each function. */
  functions: ReadonlyMap<string, ShellCommand[]>
  /** Names that a script asks for, and so can do without. */
  asked: ReadonlySet<string>
}

/**
 * The programs of this machine without which a step fails for certain, as far as its text tells: what it calls on a
 * condition, and what it may bring itself, is not among them.
 */
export function neededPrograms(step: Step, steps: Step[]): string[] {
  if (step.runner !== 'shell')
    return []
  const own = programOf(step).words.slice(0, 1).filter(name => !name.includes('/') && !(step.lang === 'ts' && name === 'node'))
  const mayFail = step.keepGoing || !step.expect.some(({ text }) => text === 'exit=0')
  if (!isShell(step.lang) || mayFail)
    return own
  const blocks = steps.filter(({ runner, shell, lang }) => runner === 'shell' && shell === step.shell && isShell(lang))
  const commands = blocks.flatMap(block => shellCommands(block.code))
  if (commands.some(hides))
    return own
  return [...new Set([...own, ...calledBy(commandsOf(step).filter(isCertain), knownTo(commands))])]
}

/** The programs of this machine that a step calls or may call, as far as its text tells. */
export function calledPrograms(step: Step): string[] {
  if (step.runner !== 'shell')
    return []
  const own = programOf(step).words.slice(0, 1)
  const commands = isShell(step.lang) ? shellCommands(step.code).filter(isLocal) : []
  return [...new Set([...own, ...calledBy(commands, { ...knownTo(commands), asked: new Set() })])]
}

/** The commands of a step; those that a terminal types behind the first may be for the program which that started. */
function commandsOf({ verb, code, visible, hidden }: Step): ShellCommand[] {
  return shellCommands(verb === 'terminal' ? [...hidden, visible.split('\n')[0]].join('\n') : code)
}

function isCertain(command: ShellCommand): boolean {
  return command.sure && command.body === undefined && isLocal(command)
}

/** Whether it is run here, and not by a program that runs it elsewhere. */
function isLocal({ givenTo }: ShellCommand): boolean {
  return givenTo.every(words => RE_SHELL.test(chainOf(words).at(-1) ?? ''))
}

/** Whether a command changes PATH, or runs what is not seen here. */
function hides({ words }: ShellCommand): boolean {
  return HIDES.has(words[0] ?? '') || words.some(word => RE_PATH.test(word))
}

function knownTo(commands: ShellCommand[]): Known {
  const names = new Set(commands.flatMap(({ body }) => body ?? []))
  return {
    aliases: aliasesIn(commands),
    functions: new Map([...names].map(name => [name, commands.filter(({ body }) => body === name)])),
    asked: new Set(commands.flatMap(({ words: [first, ...rest] }) => ASKS.has(first ?? '') ? rest : [])),
  }
}

function calledBy(commands: ShellCommand[], known: Known, open: ReadonlySet<string> = new Set()): string[] {
  return commands.flatMap(({ words }) => {
    const [first = '', ...behind] = chainOf(words)
    const body = known.functions.get(first)
    const alias = known.aliases.get(first)
    const inner = open.has(first) ? [] : body ?? (alias === undefined ? [] : shellCommands(alias))
    const within = calledBy(inner.filter(({ sure }) => sure), known, new Set([...open, first]))
    // An alias that names itself means the program, as does a function behind `env`.
    const names = body || (alias !== undefined && !open.has(first)) ? behind : [first, ...behind]
    return [...within, ...names.filter(name => RE_NAME.test(name) && !OWN_WORDS.has(name) && !known.asked.has(name))]
  })
}
