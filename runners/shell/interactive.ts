import type { Step } from '../protocol/step.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CARRY_TRAP } from './carry.ts'

/** How a shell is started. */
export interface Launch { args: string[], env: Record<string, string> }

/**
 * Starts the shell of a `{terminal}`: it reads no file of the presenter's, but one of ours, which hands its state on at
 * its end and runs the hidden lines: typed, they would be seen.
 */
export function interactiveLaunch({ lang, hidden, shell }: Step, privateDir: string): Launch {
  const dir = join(privateDir, `rc-${Buffer.from(shell).toString('hex')}`)
  const file = join(dir, '.zshrc')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  // What tells where the file is, is not for programs that the shell starts.
  writeFileSync(file, [`unset ENV ZDOTDIR HISTFILE`, `PS1='$ '`, CARRY_TRAP, ...hidden, ''].join('\n'), { mode: 0o600 })
  if (lang === 'bash')
    return { args: ['--noprofile', '--rcfile', file, '-i'], env: {} }
  if (lang === 'zsh')
    return { args: ['-d', '-i'], env: { ZDOTDIR: dir } }
  return { args: ['-i'], env: { ENV: file } }
}

/** What is typed: the lines that the slide shows. */
export function typedLines({ visible }: Step): string[] {
  return visible.split('\n').filter(line => line.trim())
}
