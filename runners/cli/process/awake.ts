import { spawn } from 'node:child_process'
import process from 'node:process'

/** A program, with its arguments, that keeps the machine from sleeping for as long as it runs. */
export type Inhibitor = [program: string, ...args: string[]]

// Both run `cat`, which ends when our end of its pipe closes, however we end.
const INHIBITORS: Partial<Record<NodeJS.Platform, Inhibitor>> = {
  darwin: ['caffeinate', '-dis', 'cat'],
  linux: ['systemd-inhibit', '--what=sleep:idle', '--who=Kamishibai', '--why=A talk is being given', 'cat'],
}

/** Keeps machine and screen awake until the returned function is called or this process ends; where the system has no way to, nothing happens. */
export function keepAwake(inhibitor = INHIBITORS[process.platform]): () => void {
  if (!inhibitor)
    return () => {}
  const [program, ...args] = inhibitor
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  child.unref()
  return () => void child.stdin.end()
}
