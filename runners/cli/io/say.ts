import process from 'node:process'
import { inspect } from 'node:util'
import { box, log } from '@clack/prompts'

type Kind = 'info' | 'success' | 'step' | 'warn' | 'error'

/**
 * The one voice of the command. It speaks on standard error, so that standard output carries results alone, and gives
 * each kind its symbol in a terminal; elsewhere its words are plain lines.
 */
export const say: Record<Kind, (words: unknown) => void> = {
  info: words => speak('info', words),
  success: words => speak('success', words),
  step: words => speak('step', words),
  warn: words => speak('warn', words),
  error: words => speak('error', words),
}

function speak(kind: Kind, words: unknown): void {
  const text = typeof words === 'string' ? words : inspect(words)
  const output = process.stderr
  if (output.isTTY)
    log[kind](text, { output, spacing: 0, secondarySymbol: ' ' })
  else
    output.write(`${text}\n`)
}

/** Shows what is to be found again among other lines, such as an address: in a box, where `to` is a terminal. */
export function showBox(text: string, to: NodeJS.WriteStream = process.stdout): void {
  if (to.isTTY)
    box(text, '', { output: to, width: 'auto', withGuide: false })
  else
    to.write(`${text}\n`)
}
