import type { RunContext } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'

/** Between two keys, in ms. */
const KEY = 20
/** A terminal that is this long quiet, with its cursor behind a prompt, waits for the next line, in ms. */
const QUIET = 250
/** What shows no prompt is typed at after this time, in ms. */
const LONGEST_WAIT = 10_000
const LOOK = 25
const INTERRUPT = '\x03'
const ESC = '\x1B'

/** The side of a terminal that is typed at. */
export interface Keyboard {
  write: (data: string) => void
  onData: (listener: (data: string) => void) => unknown
}

/** Types into a terminal, by itself and for the presenter. */
export interface Typist {
  /**
   * Types the lines as a person would, but quick: each when the one before has been answered; `enter: false` leaves the
   * last to the presenter.
   */
  type: (lines: string[], options?: { enter?: boolean }) => Promise<void>
  /** What the presenter types waits until then; an interrupt ends the typing. */
  input: (data: string) => void
}

/** What is typed: the lines that the slide shows. */
export function typedLines({ visible }: Step): string[] {
  return visible.split('\n').filter(line => line.trim())
}

/** Somebody who types; `progress` events tell how far they are. */
export function createTypist(keyboard: Keyboard, { emit, signal }: Pick<RunContext, 'emit' | 'signal'>): Typist {
  let typing: AbortController | undefined
  let held = ''
  let line = ''
  let answeredAt = Infinity
  keyboard.onData((data) => {
    line = (line + stripVTControlCharacters(data)).split('\n').at(-1)!.slice(-1000)
    answeredAt = performance.now()
  })

  /** Until something came, and what came last is no full line. */
  async function untilPrompted(stop: AbortSignal): Promise<void> {
    const limit = performance.now() + LONGEST_WAIT
    while (performance.now() < limit && !(performance.now() - answeredAt >= QUIET && line.trim()))
      await delay(LOOK, undefined, { signal: stop })
  }

  async function typeLine(text: string, enter: boolean, stop: AbortSignal): Promise<void> {
    for (const key of text) {
      keyboard.write(key)
      await delay(KEY, undefined, { signal: stop })
    }
    if (!enter)
      return
    answeredAt = Infinity
    keyboard.write('\r')
  }

  return {
    async type(lines, { enter = true } = {}) {
      if (!lines.length)
        return
      typing = new AbortController()
      const stop = AbortSignal.any([signal, typing.signal])
      const total = lines.length
      try {
        for (const [done, text] of lines.entries()) {
          emit({ type: 'progress', label: 'typing', done, total })
          await untilPrompted(stop)
          await typeLine(text, enter || done < total - 1, stop)
        }
        if (enter)
          await untilPrompted(stop)
      }
      catch {
        // The presenter interrupted it, or the run ends.
      }
      typing = undefined
      keyboard.write(held)
      if (!signal.aborted)
        emit({ type: 'progress', label: 'typing', done: total, total })
    },
    input(data) {
      if (data.includes(INTERRUPT))
        typing?.abort()
      // What begins with an escape may be the terminal's own answer to a program that waits for it.
      else if (typing && !data.startsWith(ESC))
        return void (held += data)
      keyboard.write(data)
    },
  }
}
