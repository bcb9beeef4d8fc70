import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'

export const ROOT = resolve(import.meta.dirname, '..')
export const BIN = join(ROOT, 'runners/cli/bin.mjs')

/** How a command ended: its exit code, and what it wrote. */
export interface Result { code: number, out: string, err: string }

/** Runs `kamishibai ARGS` without a terminal or a cluster, in a language that is not English. */
export function kamishibai(...args: string[]): Promise<Result> {
  return kamishibaiIn({}, ...args)
}

/** The same in another working directory, or with other variables. */
export function kamishibaiIn(
  { cwd = ROOT, env = {} }: { cwd?: string, env?: Record<string, string> },
  ...args: string[]
): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [BIN, ...args],
      {
        cwd,
        env: {
          ...process.env,
          LANG: 'ja_JP.UTF-8',
          KUBECONFIG: '',
          XDG_STATE_HOME: join(tmpdir(), 'kamishibai-no-state'),
          ...env,
        },
      },
      (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err })
      },
    )
    child.stdin!.end()
  })
}
