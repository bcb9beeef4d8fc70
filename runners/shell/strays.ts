import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

/**
 * Kills the programs that the session's shells started and that left their process group, as `setsid` and daemons do:
 * on Linux their environment still names the session's private folder. Elsewhere they cannot be told.
 */
export function killStrays(privateDir: string): void {
  const mark = `KAMISHIBAI_STATE=${join(privateDir, 'shell-')}`
  for (const pid of processes()) {
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').some(entry => entry.startsWith(mark)))
        process.kill(pid, 'SIGKILL')
    }
    catch {
      // It ended meanwhile, or is somebody else's.
    }
  }
}

function processes(): number[] {
  if (process.platform !== 'linux')
    return []
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter(pid => pid !== process.pid)
}
