import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'

/** A process that cleans up after this one, whatever ends it. */
export interface Watchdog {
  pid: number | undefined
  /** Nothing is left to do: it ends. */
  release: () => void
  /** Something is left: it sweeps now, and goes on when this process has ended. */
  abandon: () => void
}

export interface WatchdogOptions {
  session: string
  privateDir: string
  env: Record<string, string | undefined>
}

/** What it is told at an orderly end; a pipe that closes without says that we were killed. */
const DONE = 'done'
const ENTRY = join(import.meta.dirname, 'watchdog-entry.mjs')

/**
 * Waits in a shell, which takes a megabyte and a few milliseconds; only where something is left does Node take its
 * place.
 * What ends a terminal or asks politely does not end it.
 */
const WAIT = `trap '' HUP INT TERM; read -r word; [ "$word" = ${DONE} ] || exec "$0" "$@"`

/**
 * Starts the watchdog of a session, in a session of the system's own, so that neither Ctrl-C nor a closed terminal
 * reaches it. It holds a pipe that closes with this process, even after SIGKILL.
 */
export function startWatchdog({ session, privateDir, env }: WatchdogOptions): Watchdog {
  // Started from a step of another session it must not be taken for that one's.
  const { KAMISHIBAI_STATE: _, ...own } = env
  const args = [ENTRY, session, privateDir]
  const [file, argv] = process.platform === 'win32' ? [process.execPath, args] : ['/bin/sh', ['-c', WAIT, process.execPath, ...args]]
  const child: ChildProcess = spawn(file, argv, { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/', env: own, windowsHide: true })
  const pipe = child.stdin as Socket
  // Without it, the two other nets still hold.
  child.on('error', () => {})
  pipe.on('error', () => {})
  child.unref()
  pipe.unref()
  return {
    pid: child.pid,
    release: () => void pipe.end(`${DONE}\n`),
    abandon: () => void pipe.end(),
  }
}
