import { spawn } from 'node:child_process'
import process from 'node:process'

const OPENERS: Partial<Record<NodeJS.Platform, [string, string[]]>> = {
  darwin: ['open', []],
  linux: ['xdg-open', []],
  win32: ['cmd', ['/c', 'start', '']],
}

/** Opens `url` in the user's browser; where there is none, nothing happens: the URL is printed anyway. */
export function openBrowser(url: string): void {
  const opener = OPENERS[process.platform]
  if (!opener)
    return
  const child = spawn(opener[0], [...opener[1], url], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
