import type { RunnerConfig } from '../protocol/runner.ts'
import type { PreludeOptions, ShellFamily } from '../protocol/shell-state.ts'
import type { Step } from '../protocol/step.ts'
import { randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { programOf } from '../protocol/program.ts'
import { quote } from '../protocol/shell-quote.ts'
import { preludeOf, restoring } from '../protocol/shell-state.ts'
import { PAGERS } from './environment.ts'
import { typescriptNode } from './node.ts'

/** Arguments that keep a shell from reading the presenter's own rc files. */
const ARGUMENTS: Record<ShellFamily, string[]> = { sh: [], bash: ['--norc', '--noprofile'], zsh: ['-d'] }
/** Variables that point a shell at its engines: they come from the session, never from a block. */
const SESSION = ['DOCKER_HOST', 'KUBECONFIG']

/** How a shell is started, and what its block leaves. */
export interface Launch {
  file: string
  args: string[]
  env: Record<string, string>
  /** Names the state for the next block, if it is one that leaves any; nothing of it is read here. */
  state?: string
  /** The file that a program of another language gets. */
  code?: string
  dispose: () => Promise<void>
}

export interface LaunchOptions {
  step: Step
  /** The state that it starts from. */
  found: string | undefined
  /** The environment that the shell gets. */
  env: Record<string, string>
  /** The part of it that the engines gave. */
  given: Record<string, string>
}

/** Writes what the shell of a step reads first, into a new folder of a name that nobody could have foreseen. */
export async function launchBlock(
  { env: outside, privateDir }: RunnerConfig,
  { step, found, env, given }: LaunchOptions,
): Promise<Launch> {
  const dir = await mkdtemp(join(privateDir, 'block-'))
  const known = new Set(outside.PATH?.split(delimiter))
  const before: Before = {
    restore: found ? `[ ! -f ${quote(found)} ] || . ${quote(found)} 2>/dev/null` : '',
    own: {
      ...Object.fromEntries(SESSION.map(name => [name, env[name]])),
      ...Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'PATH')),
    },
    folders: (given.PATH?.split(delimiter) ?? []).filter(folder => folder && !known.has(folder)),
  }
  const dispose = (): Promise<void> => rm(dir, { recursive: true, force: true })
  if (programOf(step).takes !== 'shell')
    return { ...await launchProgram(step, before, { dir, path: env.PATH! }), dispose }
  const { file, family, way } = shellOf(step.lang, env.PATH!)
  const state = join(privateDir, `shell-${Buffer.from(step.shell).toString('hex')}-${randomUUID()}`)
  const interactive = step.verb === 'terminal'
  const prelude = preludeOf({
    ...before,
    family,
    interactive,
    posix: way === 'posix bash',
    sink: { file: state },
    keepGoing: step.keepGoing === true || interactive,
    pipes: !interactive && mayLookAtPipes(step.code),
  })
  const path = join(dir, '.zshenv')
  // Typed, hidden lines would be seen.
  const text = interactive
    ? [
        prelude,
        'unset HISTFILE',
        ...PAGERS.map(name => `[ "\${${name}-}" != cat ] || unset ${name}`),
        `PS1='$ '`,
        ...step.hidden,
        '',
      ].join('\n')
    : prelude
  await writeFile(interactive && family === 'zsh' ? join(dir, '.zshrc') : path, text, { mode: 0o600, flag: 'wx' })
  return {
    file,
    ...(interactive ? terminalCommand(family, path) : blockCommand(step.code, way, path)),
    state,
    dispose,
  }
}

/** Whether a block has a pipeline, and would not show or lose what looks at it. */
function mayLookAtPipes(code: string): boolean {
  return /[^|]\|[^|]/.test(code) && !/DEBUG|xtrace|verbose|\bset\s+-\w*[xv]/.test(code)
}

type Before = Pick<PreludeOptions, 'restore' | 'own' | 'folders'>

/** A program that is no shell: a shell brings it to where the block before left its own, and becomes it. */
async function launchProgram(
  step: Step,
  before: Before,
  { dir, path }: { dir: string, path: string },
): Promise<Omit<Launch, 'dispose'>> {
  const { words: [program, ...words], takes } = programOf(step)
  const file = takes === 'code' && step.lang === 'ts' ? await typescriptNode(path) : program!
  const code = takes === 'file' ? join(dir, `${step.id}.${step.lang}`) : undefined
  if (code)
    await writeFile(code, `${step.code}\n`, { mode: 0o600, flag: 'wx' })
  return {
    file: 'sh',
    args: ['-c', [...restoring(before), 'exec "$@"'].join('\n'), 'sh', file, ...words, code ?? step.code],
    env: {},
    code,
  }
}

/** How a shell gets its prelude: each in the way that no program sees. */
type Way = ShellFamily | 'posix bash' | 'dash'

function shellOf(lang: string, path: string): { file: string, family: ShellFamily, way: Way } {
  if (lang === 'bash' || lang === 'zsh')
    return { file: lang, family: lang, way: lang }
  const real = path.split(delimiter).flatMap(folder => realOf(join(folder, lang)) ?? [])[0] ?? ''
  const name = basename(real)
  if (name === 'bash')
    return { file: 'bash', family: 'bash', way: 'posix bash' }
  return { file: lang, family: 'sh', way: name === 'dash' ? 'dash' : 'sh' }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  }
  catch {
    return undefined
  }
}

function blockCommand(code: string, way: Way, path: string): Pick<Launch, 'args' | 'env'> {
  switch (way) {
    case 'bash':
    case 'posix bash': return { args: [...ARGUMENTS.bash, '-c', code], env: { BASH_ENV: path } }
    case 'zsh': return { args: [...ARGUMENTS.zsh, '-c', code], env: { ZDOTDIR: join(path, '..') } }
    // Only an interactive dash reads a file of ours; the file makes it a plain one again.
    case 'dash': return { args: ['-i', '+m', '-c', code], env: { ENV: path } }
    case 'sh': return { args: ['-c', `. ${quote(path)}\n${code}`], env: {} }
  }
}

function terminalCommand(family: ShellFamily, path: string): Pick<Launch, 'args' | 'env'> {
  switch (family) {
    case 'bash': return { args: [...ARGUMENTS.bash.filter(word => word !== '--norc'), '--rcfile', path, '-i'], env: {} }
    case 'zsh': return { args: [...ARGUMENTS.zsh, '-i'], env: { ZDOTDIR: join(path, '..') } }
    case 'sh': return { args: ['-i'], env: { ENV: path } }
  }
}
