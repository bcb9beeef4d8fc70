import type { Step } from './step.ts'

/** The languages of shells: each block starts with what the one before it left. */
const SHELLS = ['sh', 'bash', 'zsh']

/** The other languages of `{run}`, and the programs that take their code as the word behind. */
const PROGRAMS = new Map([
  ['python', ['python3', '-c']],
  ['js', ['node', '-e']],
  ['ts', ['node', '-e']],
])

/** All languages of `{run}` that need no word in the headmatter. */
export const RUN_LANGUAGES = [...SHELLS, ...PROGRAMS.keys()]

/** How the code of a step is run: its shell does, or a program that gets it as a word or as a file. */
export interface Program {
  words: string[]
  takes: 'shell' | 'code' | 'file'
}

/** Whether a shell runs the language. */
export function isShell(lang: string): boolean {
  return SHELLS.includes(lang)
}

/** The program that runs a step's code on this machine. */
export function programOf({ lang, command }: Pick<Step, 'lang' | 'command'>): Program {
  if (command)
    return { words: command.trim().split(/\s+/), takes: 'file' }
  const words = PROGRAMS.get(lang)
  return words ? { words, takes: 'code' } : { words: [lang], takes: 'shell' }
}

const RE_NODE = /^\[eval\d*\]:(\d+)/gm
const RE_PYTHON = /File "<string>", line (\d+)/g

/**
 * The line of the code that a program names in its last words, as where it failed; `file` is the name of the file that
 * holds the code.
 */
export function lineNamed(output: string, file: string | undefined): number | undefined {
  // Node names the place first and then how it came there, Python the other way round.
  const node = [...output.matchAll(RE_NODE)][0]
  const python = [...output.matchAll(RE_PYTHON)].at(-1)
  const inFile = file === undefined ? undefined : /^\d+/.exec(output.split(`${file}:`)[1] ?? '')?.[0]
  return Number(inFile ?? node?.[1] ?? python?.[1]) || undefined
}
