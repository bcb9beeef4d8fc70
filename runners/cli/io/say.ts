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

/** What a box takes beside its text: two borders, and two columns of padding on either side. */
const BOX = 6

/**
 * Shows what is to be found again among other lines, such as an address: in a box, where `to` is a terminal that is
 * wide enough. A narrower one would break the address; some terminals say that they have no columns at all.
 */
export function showBox(text: string, to: NodeJS.WriteStream = process.stdout): void {
  const longest = Math.max(...text.split('\n').map(line => line.length))
  if (to.isTTY && to.columns >= longest + BOX)
    box(text, '', { output: to, width: 'auto', withGuide: false })
  else
    to.write(`${text}\n`)
}
