import type { Problem } from '../../protocol/problem.ts'
import type { Step } from '../../protocol/step.ts'
import { spawn } from 'node:child_process'
import process from 'node:process'
import { placeOfLine } from '../../deck/line-in-file.ts'

/** A shell that looks at a script and runs nothing of it; none of the reader's own files are read. */
const ARGUMENTS: Record<string, string[]> = { sh: ['-n'], bash: ['--norc', '--noprofile', '-n'], zsh: ['-f', '-n'] }
/** Shells that look at the same time. */
const AT_ONCE = 8
const PATIENCE = 5000
/** `sh: 3: Syntax error: …`, `bash: -c: line 2: …`, `zsh:2: parse error …` */
const RE_SAID = /^[\w./-]+:(?: -c:)?(?: line)?(?: ?(\d+):)? (?:syntax error: )?(.+)$/i

/** A prompt that was copied with its command: to a shell it is a program. */
const RE_PROMPT = /^\s*\$ \S/

/**
 * Says where a shell cannot read the block of a step, or would read a prompt as a program. The shell is the step's
 * own, of this machine; one inside a container may be another, so that its blocks are warned of only.
 */
export async function shellProblems(steps: Step[]): Promise<Problem[]> {
  const looked = steps.filter(isScript)
  const found = looked.flatMap(promptProblem)
  const missing = new Set<string>()
  for (let from = 0; from < looked.length; from += AT_ONCE) {
    const batch = looked.slice(from, from + AT_ONCE)
    const results = await Promise.all(batch.map(async step => ({ step, said: await look(step) })))
    for (const { step, said } of results) {
      if (said !== 'missing')
        found.push(...said ? [problemOf(step, said)] : [])
      else if (step.verb !== 'exec' && !missing.has(step.lang))
        found.push(missingShell(step, missing))
    }
  }
  return found
}

/**
 * Whether all of a step's code is the shell's: lines of a terminal may be typed into the program that one starts. A
 * step that expects to fail may show such a mistake.
 */
function isScript({ verb, lang, visible, hidden, enter, until, expect }: Step): boolean {
  const fails = [...until, ...expect].some(own => own.type === 'exit' && (own.code !== 0) !== own.not)
  if (!Object.hasOwn(ARGUMENTS, lang) || fails)
    return false
  const single = !hidden.length && !visible.trim().includes('\n') && enter !== false
  return verb === 'run' || verb === 'exec' || (verb === 'terminal' && single)
}

function promptProblem(step: Step): Problem[] {
  const at = step.code.split('\n').findIndex(line => RE_PROMPT.test(line))
  return at < 0
    ? []
    : [{ severity: 'warning', ...placeOfLine(step, at + 1), column: 1, code: 'prompt', message: `a line of ${step.id} begins with a prompt: the shell would look for a program called $`, hint: 'Take the $ off, and what the command printed with it.' }]
}

interface Said { line: number, message: string }

/** What the shell says of a block; undefined where it can read it. */
async function look({ lang, code }: Step): Promise<Said | undefined | 'missing'> {
  const { PATH = '' } = process.env
  const args = [...ARGUMENTS[lang]!, '-c', code.replaceAll('\0', '')]
  const shell = spawn(lang, args, { env: { PATH, LC_ALL: 'C' }, stdio: ['ignore', 'ignore', 'pipe'], timeout: PATIENCE })
  let text = ''
  shell.stderr.setEncoding('utf8').on('data', (data: string) => text += data)
  const end = await new Promise<number | null | 'missing'>((resolve) => {
    shell.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENOENT' ? 'missing' : null))
    shell.on('close', resolve)
  })
  return end ? end === 'missing' ? end : readSaid(text, code.split('\n').length) : undefined
}

/** The first thing that a shell says, at a line that the block has: its end is told as the line behind it. */
export function readSaid(text: string, lines: number): Said {
  const [, line, message = text.trim()] = RE_SAID.exec(text.split('\n')[0]!) ?? []
  return { line: Math.min(Math.max(Number(line ?? 1), 1), lines), message: message.replace(/^[A-Z](?=[a-z])/, first => first.toLowerCase()) }
}

function problemOf(step: Step, { line, message }: Said): Problem {
  const { verb, lang } = step
  return {
    severity: verb === 'exec' ? 'warning' : 'error',
    ...placeOfLine(step, line),
    column: 1,
    code: 'bad-script',
    message: `${lang} cannot read the block of ${step.id}: ${message}`,
    hint: 'A quote, a bracket, or a word like done or fi may be missing, there or above.',
  }
}

function missingShell({ file, line, column, id, lang }: Step, missing: Set<string>): Problem {
  missing.add(lang)
  return { severity: 'warning', file, line, column, code: 'no-shell', message: `there is no ${lang} on this machine: ${id} was not looked at, and cannot run here`, hint: `Install ${lang}, or write the block for sh or bash.` }
}
