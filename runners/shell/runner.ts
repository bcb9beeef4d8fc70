import type { IPty } from '@lydell/node-pty'
import type { Runner, RunnerConfig } from '../protocol/runner.ts'
import { constants } from 'node:os'
import process from 'node:process'
import { StepError } from '../protocol/error.ts'
import { readState, statePath, withCarry } from './carry.ts'
import { shellEnvironment } from './environment.ts'

/** How long a cancelled block may take to obey each signal, in ms. */
const PATIENCE = 1500

/** Arguments that keep a shell from reading the presenter's own rc files. */
const ARGUMENTS: Record<string, string[]> = { sh: [], bash: ['--norc', '--noprofile'], zsh: ['-f'] }

/** Runs the blocks of `sh {run}`, each in a PTY of its own; environment and directory carry over in the same shell. */
export default function createShellRunner(config: RunnerConfig): Runner {
  const alive = new Set<IPty>()
  return {
    name: 'shell',

    async probe() {
      try {
        await import('@lydell/node-pty')
        return { available: true, version: process.platform }
      }
      catch (error) {
        return { available: false, reason: `this machine has no terminal for programs: ${(error as Error).message}`, hint: 'Install again: npm ci' }
      }
    },

    async run(step, { emit, signal, openShell, onInput, onResize, drained }) {
      if (step.verb !== 'run')
        throw new StepError('not-available', `{${step.verb}} is not available yet`)
      const { spawn } = await import('@lydell/node-pty')
      const path = statePath(config.privateDir, step.shell)
      const state = readState(path)
      const env = { ...shellEnvironment(config), ...state?.env, ...await openShell(step.shell), KAMISHIBAI_STATE: path }
      signal.throwIfAborted()
      const program = spawnShell(() => spawn(step.lang, [...ARGUMENTS[step.lang] ?? [], '-c', withCarry(step.code)], {
        cols: step.cols,
        rows: step.rows,
        cwd: state?.cwd ?? config.deckDir,
        env,
      }), step.lang)
      alive.add(program)
      onInput(data => program.write(data))
      onResize((cols, rows) => program.resize(cols, rows))
      await followPty(program, signal, drained, emit)
      alive.delete(program)
      signal.throwIfAborted()
    },

    async close() {
      for (const program of alive)
        signalGroup(program, 'SIGKILL')
    },
  }
}

function spawnShell(spawn: () => IPty, lang: string): IPty {
  try {
    return spawn()
  }
  catch (error) {
    throw new StepError('engine-unavailable', `${lang} does not start: ${(error as Error).message}`, `Is ${lang} installed?`, { cause: error })
  }
}

/** Passes the output on until the program ends; an abort asks it to end, ever less politely. */
async function followPty(program: IPty, signal: AbortSignal, drained: () => Promise<void> | undefined, emit: (payload: { type: 'output', data: string } | { type: 'exit', code: number, signal?: string }) => void): Promise<void> {
  let ended = false
  const stop = async (): Promise<void> => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
      if (ended)
        return
      signalGroup(program, name)
      await new Promise(resolve => setTimeout(resolve, PATIENCE).unref())
    }
  }
  signal.addEventListener('abort', stop)
  await new Promise<void>((resolve) => {
    program.onData((data) => {
      emit({ type: 'output', data })
      const wait = ended ? undefined : drained()
      if (wait) {
        program.pause()
        void wait.then(() => program.resume())
      }
    })
    program.onExit(({ exitCode, signal: number }) => {
      ended = true
      emit({ type: 'exit', code: number ? 128 + number : exitCode, ...(number ? { signal: signalName(number) } : {}) })
      resolve()
    })
  })
  signal.removeEventListener('abort', stop)
}

/** The child leads a session, so its process group has its pid. */
function signalGroup(program: IPty, name: NodeJS.Signals): void {
  try {
    process.kill(-program.pid, name)
  }
  catch {
    // It has ended by itself.
  }
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, n]) => n === number)?.[0] ?? String(number)
}
