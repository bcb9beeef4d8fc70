import { existsSync, readFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Variables that belong to one block only, or to the session rather than to the shell. */
const OWN = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', 'KAMISHIBAI_STATE'])

/** What a shell hands on to its next block. */
export interface ShellState { cwd: string, env: Record<string, string> }

/** Where the block of `shell` leaves its state. */
export function statePath(privateDir: string, shell: string): string {
  return join(privateDir, `shell-${Buffer.from(shell).toString('hex')}`)
}

/** Lets all shells start as new. */
export async function forgetStates(privateDir: string): Promise<void> {
  const states = (await readdir(privateDir)).filter(name => /^shell-(?:[\da-f]{2})+$/.test(name))
  await Promise.all(states.map(name => rm(join(privateDir, name), { force: true })))
}

/** Writes the working directory and the exported variables to $KAMISHIBAI_STATE when the shell ends, however it ends. */
export const CARRY_TRAP = `trap '{ pwd -P; printf "\\0"; env -0; } >"$KAMISHIBAI_STATE" 2>/dev/null' EXIT`

/** `code` with the trap before it, on the same line so that line numbers stay. */
export function withCarry(code: string): string {
  return `${CARRY_TRAP}; ${code}`
}

/** The state that the last block left, or undefined where it left none. */
export function readState(path: string): ShellState | undefined {
  if (!existsSync(path))
    return undefined
  const [first, ...rest] = readFileSync(path, 'utf8').split('\0')
  const cwd = first!.replace(/\n$/, '')
  const env: Record<string, string> = {}
  for (const entry of rest) {
    const at = entry.indexOf('=')
    if (at > 0 && !OWN.has(entry.slice(0, at)))
      env[entry.slice(0, at)] = entry.slice(at + 1)
  }
  return cwd ? { cwd, env } : undefined
}
