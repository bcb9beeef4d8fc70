import type { Problem } from '../../protocol/problem.ts'
import type { Step } from '../../protocol/step.ts'
import { programsOf } from './programs.ts'
import { tokensOf } from './shell-tokens.ts'
import { shellCommands } from './shell-words.ts'

const RE_ASSIGNMENT = /^([A-Z_]\w*)\+?=/i
const RE_QUOTED = /"(?:\\.|[^"\\])*"|'[^']*'/g
/** A variable in a script; one with a default does without its value. */
const RE_VARIABLE = /\$(?:([A-Z_]\w*)|\{[#!]?([A-Z_]\w*)(?![\w:]*[-=+]))/gi
const DECLARING = /^(?:export|declare|typeset|readonly|local)$/
/** Programs that make the files which their words name. */
const MAKING = /^(?:touch|mkdir|tee)$/
const SHELLS = /^(?:sh|bash|zsh)$/

/**
 * Warns of steps whose visible lines use what only a hidden line sets, there or before in the same shell: they do not
 * work for who copies them. Names count that a script itself spells out – variables, functions, aliases, files that it
 * writes, and the folder, where a path is relative to it. What programs read by themselves is not known.
 */
export function hiddenNeeds(steps: Step[]): Problem[] {
  /** By shell: what hidden lines have set so far, and visible ones not. */
  const shells = new Map<string, Set<string>>()
  return steps.filter(({ lang, code }) => SHELLS.test(lang) && code).flatMap((step) => {
    const key = [step.verb === 'exec' ? step.in : '', step.shell].join(' ')
    const hidden = shells.get(key) ?? new Set<string>()
    shells.set(key, hidden)
    namesSetBy(step.hidden.join('\n')).forEach(name => hidden.add(name))
    namesSetBy(step.visible).forEach(name => hidden.delete(name))
    const lacking = [...namesUsedBy(step.visible)].filter(name => hidden.has(name))
    return lacking.length ? [problemOf(step, lacking)] : []
  })
}

function problemOf({ file, line, column }: Step, lacking: string[]): Problem {
  const names = lacking.map(name => name === 'cd' ? 'the folder' : name)
  return {
    severity: 'warning',
    file,
    line,
    column,
    code: 'hidden-needed',
    message: `who copies this step lacks ${names.join(', ')}, which a hidden line sets`,
    hint: 'Show that line, or say on the slide what it sets.',
  }
}

/** What a script sets: `$NAME` for variables, else the name of a function, alias or file; `cd` for the folder. */
export function namesSetBy(script: string): Set<string> {
  const names = shellCommands(script).flatMap(({ words }) => setByCommand(words))
  const tokens = [...tokensOf(script)]
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1]
    if (token.type === 'word' && next?.type === 'operator' && /^\(\s*\)$/.test(next.text))
      names.push(token.text)
    if (token.type === 'word' && token.text === 'function' && next?.type === 'word')
      names.push(next.text)
    if (token.type === 'redirect' && /^\d*(?:>>?|>\||&>>?)$/.test(token.operator))
      names.push(fileName(token.text))
  }
  return new Set(names.filter(name => name && name !== '$PATH'))
}

function setByCommand(words: string[]): string[] {
  const [program = '', ...args] = words
  const assigned = (from: string[]): string[] => from.flatMap(word => RE_ASSIGNMENT.exec(word)?.[1] ?? []).map(name => `$${name}`)
  if (words.every(word => RE_ASSIGNMENT.test(word)))
    return assigned(words)
  if (DECLARING.test(program))
    return assigned(args)
  if (program === 'read' || program === 'mapfile' || program === 'readarray')
    return args.filter(word => /^[A-Z_]\w*$/i.test(word)).map(name => `$${name}`)
  if (program === 'for' || program === 'select' || (program === 'printf' && args[0] === '-v'))
    return [`$${args[program === 'printf' ? 1 : 0] ?? ''}`]
  if (program === 'alias')
    return args.flatMap(word => /^([^=]+)=/.exec(word)?.[1] ?? [])
  if (MAKING.test(program))
    return args.filter(word => !word.startsWith('-')).map(fileName)
  return program === 'cd' || program === 'pushd' ? ['cd'] : []
}

/** What a script uses, named as `namesSetBy` does. */
export function namesUsedBy(script: string): Set<string> {
  const expanded = script.replaceAll(RE_QUOTED, text => text.startsWith('\'') ? '' : text)
  const variables = [...expanded.matchAll(RE_VARIABLE)].map(([, plain, braced]) => `$${plain ?? braced}`)
  const commands = shellCommands(script)
  const words = commands.flatMap(command => [...command.words, ...command.redirects])
  const programs = programsOf(script).map(({ program }) => program)
  const isRelative = words.some(word => /^\.\.?\//.test(word))
  return new Set([...variables, ...programs, ...words.slice(0).filter(isFile).map(fileName), ...isRelative ? ['cd'] : []])
}

/** A word that may be a file's name, and no number or option. */
function isFile(word: string): boolean {
  return /[./]/.test(word) && !word.startsWith('-')
}

function fileName(path: string): string {
  return path.replace(/^\.\//, '')
}
