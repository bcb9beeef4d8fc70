import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { LANDING_PATH } from '../../service/wire/landing.ts'

/** A program that opens what its last argument names. */
export type Opener = [program: string, ...args: string[]]

const OPENERS: Partial<Record<NodeJS.Platform, Opener>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['cmd', '/c', 'start', ''],
}

/**
 * Opens `url`, which ends in the token's fragment, in the user's browser; where there is none, nothing happens.
 *
 * Every user of the machine can read the arguments of a program. So the browser is given a file in `dir`, a folder
 * that only this user may enter, which leads there by {@link LANDING_PATH}.
 */
export async function openBrowser(url: string, dir: string, opener = OPENERS[process.platform]): Promise<void> {
  if (!opener)
    return
  const { origin, pathname, hash } = new URL(url)
  // The landing page takes no other path.
  const slide = /^\/\d+$/.test(pathname) ? `&slide=${pathname.slice(1)}` : ''
  const target = `${origin}${LANDING_PATH}${hash}${slide}`
  const file = join(dir, 'open.html')
  await writeFile(file, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${target}"><a href="${target}">Kamishibai</a>\n`, { mode: 0o600 })
  const [program, ...args] = opener
  const child = spawn(program, [...args, file], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

/** A program, with its arguments, that keeps the machine from sleeping for as long as it runs. */
export type Inhibitor = [program: string, ...args: string[]]

// Both run `cat`, which ends when our end of its pipe closes, however we end.
const INHIBITORS: Partial<Record<NodeJS.Platform, Inhibitor>> = {
  darwin: ['caffeinate', '-dis', 'cat'],
  linux: ['systemd-inhibit', '--what=sleep:idle', '--who=Kamishibai', '--why=A talk is being given', 'cat'],
}

/**
 * Keeps machine and screen awake until the returned function is called or this process ends; where the system has no
 * way to, nothing happens.
 */
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
