import type { Runner, RunnerConfig } from '../runners/protocol/runner.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { StepError } from '../runners/protocol/error.ts'

/** Runs `sh {run}` without a terminal. */
export default function createPlainRunner({ deckDir, env }: RunnerConfig): Runner {
  const running = new Map<number, Promise<unknown>>()
  const kill = (pid: number): void => void (running.has(pid) && process.kill(-pid, 'SIGKILL'))
  return {
    name: 'shell',

    async probe() {
      return { available: true, version: process.platform }
    },

    async run({ lang, code }, { emit, started, signal, drained }) {
      signal.throwIfAborted()
      const program = spawn(lang, ['-c', code], { cwd: deckDir, env: { PATH: env.PATH }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
      const pid = program.pid ?? 0
      const ended = once(program, 'close').finally(() => running.delete(pid)).catch((error: Error) => {
        throw new StepError('engine-unavailable', `${lang} cannot be started: ${error.message}`, `Install ${lang}.`, { cause: error })
      })
      running.set(pid, ended)
      program.once('spawn', started)
      signal.addEventListener('abort', () => kill(pid))
      for (const stream of [program.stdout, program.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          emit({ type: 'output', data: text.replaceAll('\n', '\r\n') })
          stream.pause()
          void Promise.resolve(drained()).then(() => stream.resume())
        })
      }
      const [exit] = await ended as [number | null]
      emit({ type: 'exit', code: exit ?? 137 })
      signal.throwIfAborted()
    },

    async close() {
      const all = [...running.values()]
      for (const pid of running.keys())
        kill(pid)
      await Promise.allSettled(all)
    },
  }
}
