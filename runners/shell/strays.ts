import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'

/** What programs of a shell have in their environment, by which they are found. */
export function shellMark(privateDir: string, shell: string): string {
  return join(privateDir, `shell-${Buffer.from(shell).toString('hex')}`)
}

/** A program that a session's shell started. */
export interface Stray { pid: number, name: string }

/** How long killed programs may take to be gone, in ms: one in the kernel's hands ends only when it lets go. */
const PATIENCE = 2000
/** Between two looks, in ms. */
const PAUSE = 10

/**
 * The programs that the shells of a session started and that still run, `setsid` and daemons too: on Linux their
 * environment names the session's private folder. Elsewhere they cannot be told.
 */
export function findStrays(privateDir: string): Stray[] {
  const mark = `KAMISHIBAI_STATE=${join(privateDir, 'shell-')}`
  return processes().flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').some(entry => entry.startsWith(mark)))
        return []
      const [file] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return [{ pid, name: `${basename(file ?? '')} (${pid})` }]
    }
    catch {
      // It ended meanwhile, or is somebody else's.
      return []
    }
  })
}

/** Kills them, and those that they start meanwhile; resolves with all that were killed once they are gone. */
export async function killStrays(privateDir: string): Promise<Stray[]> {
  const killed = new Map<number, Stray>()
  const end = Date.now() + PATIENCE
  for (let strays = findStrays(privateDir); strays.length && Date.now() < end; strays = findStrays(privateDir)) {
    for (const stray of strays) {
      killed.set(stray.pid, stray)
      kill(stray.pid)
    }
    await delay(PAUSE)
  }
  return [...killed.values()]
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  }
  catch {
    // It ended meanwhile.
  }
}

function processes(): number[] {
  if (process.platform !== 'linux')
    return []
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter(pid => pid !== process.pid)
}
