import type { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { StepError } from '../../protocol/error.ts'

export interface CommandOptions {
  env: Record<string, string | undefined>
  cwd?: string
  /** Gets each line of standard output. */
  onLine?: (line: string) => void
  /** Ends the command and what it started. */
  signal?: AbortSignal
}

/** How much of what a failed command said is told. */
const TAIL = 600

/** Runs a command to its end and returns what it wrote; throws StepError with the end of what it said. */
export async function command(
  file: string,
  args: string[],
  { env, cwd, onLine, signal }: CommandOptions,
): Promise<string> {
  signal?.throwIfAborted()
  // A process group of its own: Ctrl-C is ours to pass on, once.
  const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  let errors = ''
  const stop = (): void => {
    try {
      process.kill(-child.pid!, 'SIGTERM')
    }
    catch {}
  }
  signal?.addEventListener('abort', stop)
  createInterface({ input: child.stdout }).on('line', (line) => {
    output += `${line}\n`
    onLine?.(line)
  })
  child.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-4 * TAIL)))
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exit, name) => resolve(exit ?? name!))
  }).catch((error: Error) => {
    throw new StepError('not-started', `${file} does not start: ${error.message}`)
  })
  signal?.removeEventListener('abort', stop)
  signal?.throwIfAborted()
  if (code !== 0) {
    throw new StepError(
      'command-failed',
      `${file} ${args.slice(0, 3).join(' ')} ended with ${code}: ${errors.trim().slice(-TAIL) || output.trim().slice(-TAIL)}`,
    )
  }
  return output
}

/** Whether a program is on the path. */
export function isInstalled(program: string, env: Record<string, string | undefined>): boolean {
  return (env.PATH ?? '').split(delimiter).some(folder => existsSync(join(folder, program)))
}
